import type { OpsSummary, SessionSummary } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { race, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { SessionLimit } from './session-limit.js';

const { socket, hello, token, get, relay } = serverForEachTest({ OPS_UI_ENABLED: '1' });

it('lets an evening begin, and then one session each quarter of a minute by a token', () => {
  let now = 0;
  const limit = new SessionLimit({ now: () => now });
  const begun = () =>
    Array.from({ length: 300 }, () => limit.take('rig', 'local')).filter((waitMs) => waitMs === 0).length;
  expect(begun()).toBe(40);
  const waitMs = limit.take('rig', 'local');
  expect(waitMs).toBeGreaterThan(14_000);
  expect(waitMs).toBeLessThanOrEqual(15_000);
  // Another token of the show may, and both together no more than twice as much.
  expect(Array.from({ length: 300 }, () => limit.take('other', 'local')).filter((ms) => ms === 0)).toHaveLength(40);
  expect(limit.take('third', 'local')).toBeGreaterThan(0);
  expect(limit.take('third', 'elsewhere')).toBe(0);
  now += waitMs;
  expect(limit.take('rig', 'local')).toBe(0);
  expect(limit.take('rig', 'local')).toBeGreaterThan(0);
  // A clock that is set back gives nothing away, and takes nothing.
  now -= 3_600_000;
  expect(limit.take('rig', 'local')).toBeGreaterThan(0);
});

it('many sessions by one token: most are refused with the time to wait, counted, and the known ones go on', async () => {
  const bearer = await token('relay', { shows: ['local'], jti: 'one' });
  const first = await relay({ run: 'first', playback: false, simSessionKey: '0:0' });
  const refused: { code: string; message: string; retryAfterMs: number }[] = [];
  for (let n = 0; n < 60; n++) {
    // What one connection may call has a limit of its own.
    const made = socket('/relay', { token: bearer });
    const welcome = await made.emitWithAck('relay:hello', { ...hello, run: `run-${n}`, simSessionKey: '0:0' });
    made.disconnect();
    if (!welcome.ok) refused.push(welcome.error);
  }
  expect(refused.length).toBeGreaterThanOrEqual(20);
  expect(refused[0]).toMatchObject({ code: 'rate_limited', message: expect.stringContaining('Try again in') });
  expect(refused[0]?.retryAfterMs).toBeGreaterThan(0);
  expect((await get<SessionSummary[]>('/api/sessions', await token('team'))).body.length).toBeLessThanOrEqual(41);
  const { body } = await get<OpsSummary>('/api/ops/summary', await token('ops'));
  expect(body.ingest.dropped).toMatchObject({ session_limit: refused.length });
  expect(await first.send(race(10), 1)).toEqual({ ok: true, have: [[1, 11]] });
  expect((await relay({ run: 'first', playback: false, simSessionKey: '0:0' })).sessionId).toBe(first.sessionId);
}, 60_000);

it('many runs in one session by one token: beyond 200 they are refused, counted, and the known ones go on', async () => {
  const key = { playback: false, simSessionKey: '77:3' };
  const bearer = await token('relay', { shows: ['local'] });
  const first = await relay({ ...key, run: 'first' });
  const refused: { code: string; retryAfterMs: number }[] = [];
  for (let n = 0; n < 25; n++) {
    const made = socket('/relay', { token: bearer });
    // One connection may greet ten times in a second.
    for (let run = 0; run < 10; run++) {
      const welcome = await made.emitWithAck('relay:hello', { ...hello, ...key, run: `run-${n}-${run}` });
      if (!welcome.ok) refused.push(welcome.error);
      else expect(welcome.sessionId).toBe(first.sessionId);
    }
    made.disconnect();
  }
  expect(refused.length).toBeGreaterThanOrEqual(30);
  expect(refused[0]).toMatchObject({ code: 'rate_limited', message: expect.stringContaining('Too many runs began') });
  const { body } = await get<OpsSummary>('/api/ops/summary', await token('ops'));
  expect(body.ingest.dropped).toMatchObject({ run_limit: refused.length, session_limit: 0 });
  expect(await first.send(race(10), 1)).toEqual({ ok: true, have: [[1, 11]] });
  const again = socket('/relay', { token: bearer });
  expect(await again.emitWithAck('relay:hello', { ...hello, ...key, run: 'run-0-0' })).toMatchObject({ ok: true });
}, 60_000);

it('REC-12: numbers and colours that no page can show are cut, counted, and harm nothing, also from a timeline', async () => {
  const { send, sessionId } = await relay();
  const [entry, ...others] = sessionLine().entries;
  const line = sessionLine({
    classes: [{ id: 'a', name: 'GT\u202E', color: 'url(x)' }],
    entries: [{ ...entry, car: 0, carNumber: '1'.repeat(200) }, ...others],
  });
  expect(await send([line, ...race(10).slice(1)], 1)).toEqual({ ok: true, have: [[1, 11]] });
  const { body } = await get<OpsSummary>('/api/ops/summary', await token('ops'));
  expect(body.ingest.dropped).toMatchObject({ out_of_bounds: 3 });
  const timing = await get<{ entries: { carNumber: string }[] }>(
    `/api/sessions/${sessionId}/timing`,
    await token('team'),
  );
  expect(timing.body.entries.map(({ carNumber }) => carNumber)).toContain('11111111');
});
