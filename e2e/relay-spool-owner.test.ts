import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort, okboxbox, type Running, stop, temporaryData } from './okboxbox.js';

/** Twenty programs that start at once take their time. */
const eventually = <T>(condition: () => T) => vi.waitFor(condition, { timeout: 90_000, interval: 100 });
const ADOPTED = 'of a run before are still here';

let data: ReturnType<typeof temporaryData>;
let backend: string;
let running: Running[] = [];

beforeEach(async () => {
  data = temporaryData();
  // Nobody listens there: what is captured waits.
  backend = `http://127.0.0.1:${await freePort()}`;
});
afterEach(async () => {
  for (const { process } of running) process.kill('SIGCONT');
  await Promise.all(running.map((each) => stop(each, 'SIGKILL')));
  running = [];
  data.remove();
});

const spool = () => join(data.dir, 'spool');

function relay(): Running {
  const started = okboxbox(['relay', '--source', 'demo:owner,cars=20,minutes=20', '--speed', '2'], {
    INIT_CWD: data.dir,
    RELAY_BACKENDS: backend,
    RELAY_SPOOL_DIR: spool(),
  });
  running.push(started);
  return started;
}

/** Folders of streams that a relay has and has written frames to. */
const folders = () =>
  existsSync(spool())
    ? readdirSync(spool()).filter((run) => readdirSync(join(spool(), run)).some((name) => name.endsWith('.seg')))
    : [];
const began = (agent: Running) => eventually(() => expect(agent.stderr()).toContain('tries again in'));
const claimOf = (folder: string) => {
  const [name] = readdirSync(join(spool(), folder)).filter((each) => each.startsWith('owner.'));
  return join(spool(), folder, name as string);
};

describe.skipIf(process.platform === 'win32')('relays with one spool', () => {
  it('never take what another that runs has there, however many start at once', { timeout: 180_000 }, async () => {
    const count = 20;
    const agents: Running[] = [];
    for (let i = 0; i < count; i++) agents.push(relay());
    await eventually(() => expect(folders()).toHaveLength(count));
    await Promise.all(agents.map(began));
    for (const agent of agents) expect(agent.stderr()).not.toContain(ADOPTED);
    const one = relay();
    await began(one);
    expect(one.stderr()).not.toContain(ADOPTED);
  });

  it('leave a relay what it has that is stopped, or whose claim somebody has emptied, and take it once it is gone', {
    timeout: 180_000,
  }, async () => {
    const first = relay();
    await eventually(() => expect(folders()).toHaveLength(1));
    const [folder] = folders() as [string];
    first.process.kill('SIGSTOP');
    const second = relay();
    await began(second);
    expect(second.stderr()).not.toContain(ADOPTED);

    // What is in doubt counts as owned, and that is said.
    const claim = claimOf(folder);
    rmSync(claim);
    writeFileSync(claim, '');
    const third = relay();
    await began(third);
    expect(third.stderr()).not.toContain(ADOPTED);
    expect(third.stderr()).toContain(`What lies in ${join(spool(), folder)} is not sent: nobody can tell`);
    rmSync(claim);
    // Each has something there: a relay says that nobody answers before its first frame is on the disk.
    await eventually(() => expect(folders()).toHaveLength(3));

    const killed = [first, second, third].map((each) => stop(each, 'SIGKILL'));
    await Promise.all(killed);
    const heir = relay();
    await eventually(() => expect(heir.stderr()).toContain(ADOPTED));
    // The one that had been stopped is among them, with its streams as they were.
    const taken = folders().map((run) => readFileSync(join(spool(), run, 'stream.json'), 'utf8'));
    expect(taken.length).toBeGreaterThanOrEqual(3);
    expect(heir.stderr()).not.toContain('is not sent');
  });
});
