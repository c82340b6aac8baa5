import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionSummary } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { childrenOf, EdgeViewer, edgesOf, holderOf, holderOfProgram, isRunning } from './edge-processes.js';
import { freePort, getJson, okboxbox, type Running, run, stop, temporaryData, tokenOf } from './okboxbox.js';

/** A server whose viewers are served by two processes of their own, as an operator starts it, with each of them killed. */

/** Enough of them that both processes have some: connections go to them in turn. */
const VIEWERS = 6;
/** How far the broadcast is behind, in ms. */
const DELAY_MS = 2_000;
/** None of this needs a database: what has ended is read from its timeline. */
const NO_DATABASE = 'postgresql://127.0.0.1:1/none';

let data: ReturnType<typeof temporaryData>;
let port: number;
let viewers: EdgeViewer[];
const running: Running[] = [];

const url = () => `http://127.0.0.1:${port}`;

beforeEach(async () => {
  data = temporaryData();
  port = await freePort();
  viewers = [];
});
afterEach(async () => {
  for (const { socket } of viewers) socket.disconnect();
  for (const each of running) each.process.kill('SIGCONT');
  await Promise.all(running.splice(0).map((each) => stop(each)));
  data.remove();
});

async function serve(env: Readonly<Record<string, string>> = {}, asked = port): Promise<Running> {
  const args = ['server', '--port', String(asked), '--data', data.dir];
  const server = okboxbox(args, { EDGE_WORKERS: '2', LOG_LEVEL: 'warn', DATABASE_URL: NO_DATABASE, ...env });
  running.push(server);
  await eventually(() => expect(server.stderr()).toContain('serves http'));
  return server;
}

async function feed(source: string, speed: string): Promise<Running> {
  const relay = okboxbox(['relay', '--source', source, '--speed', speed], {
    RELAY_BACKENDS: url(),
    RELAY_SPOOL_DIR: join(data.dir, 'spool'),
    RELAY_TOKEN: await tokenOf(data.dir, 'relay', '--show', 'local'),
  });
  running.push(relay);
  await eventually(async () => expect((await session())?.status).toBe('live'));
  return relay;
}

const session = async () =>
  (await getJson<SessionSummary[]>(`${url()}/api/sessions`, await tokenOf(data.dir, 'team')))[0];

async function watch(auth: object, more: object = { audience: 'live' }, count = VIEWERS): Promise<EdgeViewer[]> {
  const made = Array.from({ length: count }, () => new EdgeViewer(url(), auth, { show: 'local', ...more }));
  viewers.push(...made);
  for (const each of made) await eventually(() => expect([each.joins, each.refusal]).toEqual([1, null]));
  return made;
}

/** Makes a call of a director, on a connection of its own. */
async function direct(event: string, body: object = {}) {
  const director = io(url(), {
    auth: { token: await tokenOf(data.dir, 'director') },
    forceNew: true,
    transports: ['websocket'],
  });
  const answer = await director.emitWithAck(event, { show: 'local', ...body });
  director.disconnect();
  expect(answer).toMatchObject({ ok: true });
  return answer as { readonly link?: { readonly code: string } };
}

/** All hear the race, and at some moment have come equally far and show the same. */
async function showTheSame(of: readonly EdgeViewer[]): Promise<void> {
  const before = of.map(({ heard }) => heard);
  await eventually(() => {
    for (const [n, { heard }] of of.entries()) expect(heard).toBeGreaterThan(before[n] ?? 0);
    const [first, ...others] = of.map((each) => each.seen());
    for (const each of others) expect(each).toEqual(first);
  });
}

const pidOf = (each: Running) => each.process.pid ?? 0;
const atEach = (pids: readonly number[], of: readonly EdgeViewer[]) =>
  pids.map((pid) => of.filter((each) => holderOf(pids, each.port) === pid));

describe.runIf(process.platform === 'linux')('a server with EDGE_WORKERS=2', { timeout: 120_000 }, () => {
  it('serves viewers, directors and a relay at both processes, and goes on when either is killed or hangs', {
    timeout: 120_000,
  }, async () => {
    const server = await serve();
    expect(statSync(join(data.dir, 'edges.sock')).mode & 0o777).toBe(0o600);
    const relay = await feed('demo:7,cars=20,minutes=3', '10');
    const token = await tokenOf(data.dir, 'team');
    const all = await watch({ token });
    for (const at of atEach(edgesOf(pidOf(server)), all)) expect(at.length).toBeGreaterThan(0);
    // One after another, so that they come to both.
    for (const published of [true, false, true, false]) await direct('broadcast:publish', { published });
    await showTheSame(all);

    for (const how of ['SIGKILL', 'SIGSTOP'] as const) {
      const before = edgesOf(pidOf(server));
      // Of both processes the one with the relay.
      const ended = await eventually(() => {
        const pid = holderOfProgram(before, pidOf(relay));
        if (pid === undefined) throw new Error('The relay is not connected.');
        return pid;
      });
      const cut = all.filter((each) => holderOf(before, each.port) === ended);
      const joins = cut.map((each) => each.joins);
      process.kill(ended, how);
      await eventually(() => {
        const now = edgesOf(pidOf(server));
        expect(now).toHaveLength(2);
        expect(now).not.toContain(ended);
      });
      await eventually(() => {
        for (const [n, each] of cut.entries()) expect(each.joins).toBeGreaterThan(joins[n] ?? 0);
      });
      await showTheSame(all);
    }
    expect(server.stderr()).toContain('does not answer; it is ended');
    for (const each of all) expect(each.gaps).toBe(0);

    expect(await vi.waitFor(() => relay.ended, { timeout: 60_000 })).toBe(0);
    await eventually(async () => expect((await session())?.status).toBe('ended'));
    const recording = await fetch(`${url()}/api/sessions/${(await session())?.sessionId}/recording`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const times = (await recording.text())
      .split('\n')
      .filter((line) => line.startsWith('{"kind":"frame"'))
      .map((line) => (JSON.parse(line) as { sessionTime: number }).sessionTime);
    const undisturbed = await run(['results', 'demo:7,cars=20,minutes=3', '--json']);
    const { laps } = JSON.parse(undisturbed.out) as { laps: { car: number; lap: number }[] };
    const counted = await getJson<typeof laps>(`${url()}/api/sessions/${(await session())?.sessionId}/laps`, token);
    const keys = (of: typeof laps) => of.map(({ car, lap }) => `${car} ${lap}`);
    expect(keys(counted)).toEqual(keys(laps));
    const steps = new Set(times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) * 100)));
    expect(times.length).toBeGreaterThan(1_000);
    expect(steps.size).toBe(1);
  });

  it('goes on after its own process has stood still for 3 s, and shows nothing early', async () => {
    const server = await serve();
    await direct('broadcast:delay:set', { delayMs: DELAY_MS });
    await direct('broadcast:publish', { published: true });
    await feed('demo:7,cars=20,minutes=30', '1');
    const token = await tokenOf(data.dir, 'viewer');
    await eventually(async () => expect(await getJson(`${url()}/api/sessions`, token)).toHaveLength(1));
    const team = await watch({ token: await tokenOf(data.dir, 'team') }, { audience: 'live' }, 2);
    const shown = await watch({ token }, { audience: 'broadcast' }, 4);
    await showTheSame(shown);
    const edges = edgesOf(pidOf(server));
    server.process.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    server.process.kill('SIGCONT');
    await showTheSame(team);
    await showTheSame(shown);
    // Clocks of one machine, which each process follows by itself, are this close.
    for (const each of shown) expect(each.leastAgeMs).toBeGreaterThanOrEqual(DELAY_MS - 50);
    // The live ones are shown what is younger: the figure tells the two apart.
    for (const each of team) expect(each.leastAgeMs).toBeLessThan(DELAY_MS - 50);
    expect(edgesOf(pidOf(server))).toEqual(edges);
  });

  it('leaves no process when its own is killed, and starts again on the same folder', async () => {
    const server = await serve();
    await feed('demo:7,cars=20,minutes=30', '1');
    const all = await watch({ token: await tokenOf(data.dir, 'team') }, { audience: 'live' }, 4);
    const below = childrenOf(pidOf(server));
    expect(below.length).toBeGreaterThanOrEqual(2);
    expect(await stop(server, 'SIGKILL')).toBe('SIGKILL');
    await eventually(() => expect(below.filter(isRunning)).toEqual([]));
    await serve();
    await showTheSame(all);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends quietly at %s to all its processes, and tells viewers',
    async (signal) => {
      const server = await serve();
      await feed('demo:7,cars=20,minutes=30', '1');
      const all = await watch({ token: await tokenOf(data.dir, 'team') }, { audience: 'live' }, 4);
      const edges = edgesOf(pidOf(server));
      const before = server.stderr();
      // As a terminal does with Ctrl-C, and a service manager with its group.
      for (const pid of [...edges, pidOf(server)]) process.kill(pid, signal);
      expect(await server.ended).toBe(0);
      expect(edges.filter(isRunning)).toEqual([]);
      for (const each of all) expect(each.closed).toEqual(['shutdown']);
      expect(server.stderr().slice(before.length)).not.toMatch(/error|failed|ended; it is started/i);
    },
  );

  it('says in one line that its port is in use, and takes any with PORT=0', async () => {
    const first = await serve({}, 0);
    const given = Number(/serves http:\/\/[^:]+:(\d+)/.exec(first.stderr())?.[1]);
    expect((await fetch(`http://127.0.0.1:${given}/api/health/ready`)).status).toBe(200);
    const other = temporaryData();
    try {
      const second = await run(['server', '--port', String(given), '--data', other.dir], {
        EDGE_WORKERS: '2',
        DATABASE_URL: NO_DATABASE,
      });
      expect(second.exit).toBe(1);
      const said = second.err
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('okboxbox:'));
      expect(said).toEqual([expect.stringContaining(`Port ${given} is in use`)]);
      expect(second.err).not.toContain('    at ');
    } finally {
      other.remove();
    }
  });

  it('ends what an unpublish, a revoked link and a revoked token have opened, at both processes', async () => {
    const server = await serve();
    await feed('demo:7,cars=20,minutes=30', '1');
    await direct('broadcast:publish', { published: true });
    const { link } = await direct('link:create', { kind: 'overlay' });
    const token = await tokenOf(data.dir, 'team');
    const opened = {
      link: await watch({ link: link?.code }, { audience: 'broadcast' }, 4),
      token: await watch({ token }, { audience: 'live' }, 4),
      nobody: await watch({}, { audience: 'broadcast' }, 4),
    };
    const edges = edgesOf(pidOf(server));
    for (const of of Object.values(opened)) for (const at of atEach(edges, of)) expect(at.length).toBeGreaterThan(0);

    await direct('link:revoke', { code: link?.code });
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    const revoked = await fetch(`${url()}/api/tokens/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(data.dir, 'admin')}` },
      body: JSON.stringify({ jti }),
    });
    expect(revoked.ok).toBe(true);
    await direct('broadcast:publish', { published: false });
    await eventually(() => {
      for (const each of opened.link) expect(each.closed).toContain('link_revoked');
      for (const each of opened.token) expect(each.closed).toContain('token_revoked');
      for (const each of opened.nobody) expect(each.closed).toContain('withdrawn');
    });
  });

  it('refuses a poll in plain words', async () => {
    await serve();
    const answer = await fetch(`${url()}/socket.io/?EIO=4&transport=polling`);
    expect(answer.status).toBe(403);
    expect(((await answer.json()) as { message: string }).message).toContain('WebSockets only');
  });
});
