import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Lap, SessionSummary, TimingAnswer } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import {
  freePort,
  getJson,
  MONZA,
  okboxbox,
  type Running,
  run,
  stop,
  temporaryData,
  tokenOf,
  WITHOUT_DATA,
} from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
let url: string;
let running: Running[];

beforeEach(async () => {
  data = temporaryData();
  url = `http://127.0.0.1:${await freePort()}`;
  running = [];
});
afterEach(async () => {
  for (const each of running) await stop(each);
  data.remove();
});

/** A server, and the environment of a relay that feeds it. */
async function serve(): Promise<Record<string, string>> {
  running.push(okboxbox(['server', '--port', new URL(url).port, '--data', data.dir], { LOG_LEVEL: 'warn' }));
  await eventually(async () => expect((await fetch(`${url}/api/health`)).ok).toBe(true));
  return { RELAY_BACKENDS: url, RELAY_TOKEN: await tokenOf(data.dir, 'relay') };
}

const resultsOf = async (spec: string) => (await run(['results', spec, '--json'])).out;

describe.skipIf(WITHOUT_DATA)('a recording', () => {
  it('of a source gives the same results as the source, and replaces nothing before it is whole', async () => {
    const file = join(data.dir, 'monza.jsonl.gz');
    const made = await run(['record', '--source', `lapchart:${MONZA}`, '-o', file]);
    expect([made.exit, made.err]).toEqual([0, expect.stringContaining('holds 19855 frames')]);
    expect(await resultsOf(`recording:${file}`)).toBe(await resultsOf(`lapchart:${MONZA}`));
  });

  it('of a running session goes on until it ends, and has all of it', { timeout: 180_000 }, async () => {
    const env = await serve();
    const token = await tokenOf(data.dir, 'team');
    running.push(okboxbox(['relay', '--source', `lapchart:${MONZA}`, '--speed', '200'], env));
    const sessions = () => getJson<SessionSummary[]>(`${url}/api/sessions`, token);
    await eventually(async () => expect((await sessions())[0]?.lastFrameAt).toBeTypeOf('number'));
    const sessionId = (await sessions())[0]?.sessionId ?? '';
    const file = join(data.dir, 'session.jsonl');
    const made = await run(['record', '--session', sessionId, '--server', url, '-o', file], { OKBOXBOX_TOKEN: token });
    expect([made.exit, made.err]).toEqual([0, expect.stringContaining('written.')]);
    expect((await sessions())[0]?.status).toBe('ended');
    const laps = await getJson<Lap[]>(`${url}/api/sessions/${sessionId}/laps`, token);
    expect(JSON.parse(await resultsOf(`recording:${file}`)).laps).toEqual(laps);
    expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
  });

  it('of a running session ends when its token is revoked, keeps what came before, and says why', {
    timeout: 120_000,
  }, async () => {
    const env = await serve();
    const token = await tokenOf(data.dir, 'team');
    running.push(okboxbox(['relay', '--source', `lapchart:${MONZA}`, '--speed', '4'], env));
    const sessions = () => getJson<SessionSummary[]>(`${url}/api/sessions`, token);
    await eventually(async () => expect((await sessions())[0]?.lastFrameAt).toBeTypeOf('number'));
    const sessionId = (await sessions())[0]?.sessionId ?? '';
    const file = join(data.dir, 'cut.jsonl');
    const args = ['record', '--session', sessionId, '--server', url, '-o', file];
    const recording = okboxbox(args, { OKBOXBOX_TOKEN: token });
    running.push(recording);
    await eventually(() => expect(readFileSync(`${file}.part`, 'utf8')).toContain('"kind":"frame"'));
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    const revoked = await fetch(`${url}/api/tokens/revoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenOf(data.dir, 'admin')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jti }),
    });
    expect(revoked.status).toBe(200);
    expect(await recording.ended).toBe(1);
    expect(recording.stderr()).toContain('The token was revoked. Ask for a new one.');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    for (const line of lines) JSON.parse(line);
    expect(lines.length).toBeGreaterThan(2);
  });

  it('is refused without the right, and says which', async () => {
    const env = await serve();
    const made = await run(['record', '--session', 'sess_x', '--server', url, '-o', join(data.dir, 'x.jsonl')], env);
    expect([made.exit, made.err]).toEqual([1, expect.stringContaining('session:live')]);
    expect(() => statSync(join(data.dir, 'x.jsonl'))).toThrow();
  });

  it('stopped in the middle is still whole', { timeout: 60_000 }, async () => {
    const file = join(data.dir, 'half.jsonl.gz');
    const recording = okboxbox(['record', '--source', `lapchart:${MONZA}`, '-o', file]);
    await eventually(() => expect(recording.stderr()).toContain('frames'));
    await stop(recording);
    const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines) JSON.parse(line);
  });
});

describe.skipIf(WITHOUT_DATA)('a replay', () => {
  it('can be paused, sped up, put forward and back by lines of input', { timeout: 90_000 }, async () => {
    const env = await serve();
    const token = await tokenOf(data.dir, 'team');
    const file = join(data.dir, 'monza.jsonl.gz');
    await run(['record', '--source', `lapchart:${MONZA}`, '-o', file]);
    const replay = okboxbox(['replay', file], env, 'pipe');
    running.push(replay);
    const tell = (line: string) => replay.process.stdin?.write(`${line}\n`);
    const clock = async () => {
      const [session] = await getJson<SessionSummary[]>(`${url}/api/sessions`, token);
      if (session === undefined) return { sessionId: '', at: 0 };
      const timing = await getJson<TimingAnswer>(`${url}/api/sessions/${session.sessionId}/timing`, token);
      return { sessionId: session.sessionId, at: timing.sessionTime ?? 0 };
    };
    await eventually(async () => expect((await clock()).at).toBeGreaterThan(0));
    const first = await clock();

    tell('skip 600');
    await eventually(async () => expect((await clock()).at).toBeGreaterThan(first.at + 590));
    tell('pause');
    await eventually(() => expect(replay.stderr()).toContain('paused'));
    const held = await clock();
    tell('skip 5');
    // Paused it stands, but where it is put is shown.
    await eventually(async () => expect((await clock()).at).toBeGreaterThanOrEqual(held.at + 4.8));
    tell('skip -300');
    await eventually(async () => expect((await clock()).sessionId).not.toBe(first.sessionId));
    await eventually(async () => expect((await clock()).at).toBeGreaterThan(held.at - 310));
    expect((await clock()).at).toBeLessThan(held.at - 280);
    tell('quit');
    expect(await replay.ended).toBe(0);
  });
});
