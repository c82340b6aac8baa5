import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionSummary } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort, getJson, okboxbox, type Running, run, stop, temporaryData, tokenOf } from './okboxbox.js';

const PATIENCE = { timeout: 30_000, interval: 100 };
const DEMO = 'demo:agent,cars=20,minutes=20';

let data: ReturnType<typeof temporaryData>;
let port: number;
let url: string;
let running: Running[] = [];

beforeEach(async () => {
  data = temporaryData();
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  await Promise.all(running.map((each) => stop(each)));
  running = [];
  data.remove();
});

async function serve(): Promise<string> {
  const server = okboxbox(['server', '--port', String(port), '--data', data.dir], { DIAGNOSTICS_ENABLED: '1' });
  running.push(server);
  await vi.waitFor(async () => expect((await fetch(`${url}/api/health/ready`)).ok).toBe(true), PATIENCE);
  return tokenOf(data.dir, 'admin');
}

/** A relay whose folder is its own: `relay.env` there is the one that it watches. */
async function relay(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  mkdirSync(folder(), { recursive: true });
  const started = okboxbox(['relay', '--source', DEMO, '--speed', '10'], {
    INIT_CWD: folder(),
    RELAY_BACKENDS: url,
    RELAY_TOKEN: await tokenOf(data.dir, 'relay', '--show', 'local'),
    RELAY_SPOOL_DIR: 'spool',
    ...env,
  });
  running.push(started);
  return started;
}
const folder = () => join(data.dir, 'rig');

interface Parity {
  readonly sessions: readonly {
    readonly framesTotal: number;
    readonly relays: readonly object[];
    readonly streams: readonly { readonly run: string; readonly first: number; readonly acknowledged: number }[];
  }[];
}

interface Health {
  readonly captured: { readonly frames: number };
  readonly queue: { readonly records: number };
  readonly problems: readonly { readonly what: string }[];
}

/** What the relay's own page says. */
async function health(agent: Running): Promise<Health> {
  const page = /page: (http:\S+)\/debug/.exec(agent.stderr())?.[1];
  return getJson<Health>(`${page}/debug/health`, '');
}

describe('a relay', () => {
  it('that is killed while the server is away loses nothing but what it was just writing', {
    timeout: 90_000,
  }, async () => {
    const killed = await relay();
    await vi.waitFor(async () => expect((await health(killed)).queue.records).toBeGreaterThan(200), PATIENCE);
    const { records } = (await health(killed)).queue;
    // What came after those has been written behind them.
    await vi.waitFor(async () => expect((await health(killed)).queue.records).toBeGreaterThan(records + 100), PATIENCE);
    await stop(killed, 'SIGKILL');

    const token = await serve();
    const again = await relay();
    await vi.waitFor(() => expect(again.stderr()).toMatch(/\d+ records of a run before are still here/), PATIENCE);
    const sessions = () => getJson<SessionSummary[]>(`${url}/api/sessions`, token);
    // What was left of the first run is a session that has ended; the second run feeds another.
    await vi.waitFor(
      async () => expect((await sessions()).map(({ status }) => status).sort()).toEqual(['ended', 'live']),
      PATIENCE,
    );
    const left = Number(/(\d+) records of a run before/.exec(again.stderr())?.[1]);
    expect(left).toBeGreaterThanOrEqual(records);
    const ended = (await sessions()).find(({ status }) => status === 'ended');
    const recording = await fetch(`${url}/api/sessions/${ended?.sessionId}/recording`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const frames = (await recording.text())
      .trim()
      .split('\n')
      .flatMap((line) => (line.includes('"kind":"frame"') ? [JSON.parse(line) as { sessionTime: number }] : []));
    expect(frames.length).toBeGreaterThanOrEqual(left - 20);
    for (const [i, frame] of frames.entries()) {
      if (i > 0) expect(frame.sessionTime - (frames[i - 1]?.sessionTime ?? 0)).toBeCloseTo(0.1, 3);
    }
  });

  it('goes by its relay.env: the kill switch closes the line, and what was captured comes later', {
    timeout: 90_000,
  }, async () => {
    const token = await serve();
    const agent = await relay();
    const parity = () => getJson<Parity>(`${url}/api/diagnostics/parity`, token);
    await vi.waitFor(async () => expect((await parity()).sessions[0]?.framesTotal).toBeGreaterThan(100), PATIENCE);
    writeFileSync(join(folder(), 'relay.env'), 'RELAY_KILL_SWITCH=1\n');
    await vi.waitFor(async () => expect((await parity()).sessions[0]?.relays).toEqual([]), PATIENCE);
    const { framesTotal } = (await parity()).sessions[0] ?? { framesTotal: 0 };
    await vi.waitFor(async () => expect((await health(agent)).queue.records).toBeGreaterThan(200), PATIENCE);
    expect((await parity()).sessions[0]?.framesTotal).toBe(framesTotal);
    expect((await health(agent)).problems.map(({ what }) => what).join()).toContain('kill switch is on');
    writeFileSync(join(folder(), 'relay.env'), 'RELAY_KILL_SWITCH=0\n');
    await vi.waitFor(async () => expect((await health(agent)).queue.records).toBeLessThan(20), PATIENCE);
    // One session, one stream, without a gap; a server that was slow to take it was sent what is live first.
    await vi.waitFor(async () => {
      const after = await parity();
      expect(after.sessions).toHaveLength(1);
      expect(after.sessions[0]?.streams).toMatchObject([{ first: 1 }]);
      expect(after.sessions[0]?.framesTotal).toBeGreaterThan(framesTotal + 200);
    }, PATIENCE);
  });

  it('whose token is revoked says so, and goes on when it has another', { timeout: 90_000 }, async () => {
    const token = await serve();
    const relayToken = await tokenOf(data.dir, 'relay', '--show', 'local');
    const agent = await relay({ RELAY_TOKEN: relayToken });
    const parity = () => getJson<Parity>(`${url}/api/diagnostics/parity`, token);
    await vi.waitFor(async () => expect((await parity()).sessions[0]?.framesTotal).toBeGreaterThan(50), PATIENCE);
    const { jti } = JSON.parse(Buffer.from(relayToken.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    const revoked = await fetch(`${url}/api/tokens/revoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jti }),
    });
    expect(revoked.ok).toBe(true);
    await vi.waitFor(() => expect(agent.stderr()).toMatch(/tries again in .*revoked/), PATIENCE);
    expect((await health(agent)).problems.map(({ what }) => what).join()).toContain('revoked');
    const fresh = await tokenOf(data.dir, 'relay', '--show', 'local');
    writeFileSync(join(folder(), 'relay.env'), `RELAY_TOKEN=${fresh}\n`);
    await vi.waitFor(async () => expect((await parity()).sessions[0]?.relays).toHaveLength(1), PATIENCE);
    await vi.waitFor(async () => expect((await health(agent)).queue.records).toBeLessThan(20), PATIENCE);
    expect((await parity()).sessions).toHaveLength(1);
  });
});

describe('relay setup', () => {
  const setup = (...args: string[]) => run(['relay', 'setup', ...args], { INIT_CWD: folder() });

  it('tries server and token, and keeps them in relay.env beside what stands there', { timeout: 60_000 }, async () => {
    mkdirSync(folder(), { recursive: true });
    const file = join(folder(), 'relay.env');
    const away = await setup('--server', url, '--token', 'x.y.z');
    expect([away.exit, away.err]).toEqual([1, expect.stringContaining('cannot be reached')]);
    await serve();
    const wrong = await setup('--server', url, '--token', 'x.y.z');
    expect([wrong.exit, wrong.err]).toEqual([1, expect.stringContaining('refuses this token')]);
    const other = await setup('--server', url, '--token', await tokenOf(data.dir, 'viewer'));
    expect([other.exit, other.err]).toEqual([1, expect.stringContaining('relay:publish')]);
    expect(existsSync(file)).toBe(false);

    writeFileSync(file, '# mine\nRELAY_SAMPLE_HZ=5\nRELAY_TOKEN=old\n');
    chmodSync(file, 0o600);
    const token = await tokenOf(data.dir, 'relay');
    const done = await setup('--server', url, '--token', token);
    expect([done.exit, done.err]).toEqual([0, expect.stringContaining('relay.env saved')]);
    expect(readFileSync(file, 'utf8')).toBe(`# mine\nRELAY_SAMPLE_HZ=5\nRELAY_BACKENDS=${url}\nRELAY_TOKEN=${token}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('says how it is used where nobody can be asked', async () => {
    mkdirSync(folder(), { recursive: true });
    const asked = await setup('--server', url);
    expect([asked.exit, asked.err]).toEqual([2, expect.stringContaining('--server URL and --token TOKEN')]);
  });
});
