import { HISTORY, HISTORY_FIGURES, type OpsHistory, SESSION_HISTORY_FIGURES } from '@okboxbox/protocol';
import { array, assert, constantFrom, integer, property, record, uniqueArray } from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { History, type HistoryPoint, type SessionHistoryPoint } from './history.js';

const { token, relay, viewer, get } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const all = <F extends string>(figures: readonly F[], value: number | null) =>
  Object.fromEntries(figures.map((figure) => [figure, value])) as Record<F, number | null>;

/** A history whose steps are taken by hand. */
function driven() {
  let now = 1_764_000_000_000;
  let server: HistoryPoint = all(HISTORY_FIGURES, null);
  let running: readonly (readonly [string, number])[] = [];
  const sessions = () =>
    new Map(running.map(([id, value]): [string, SessionHistoryPoint] => [id, all(SESSION_HISTORY_FIGURES, value)]));
  const history = new History({ server: () => server, sessions }, () => now, { counted: (work) => work() });
  return {
    history,
    now: () => now,
    /** `steps` later, in which nobody looked before. */
    step(value: number | null, ids: readonly (readonly [string, number])[] = [], steps = 1) {
      now += steps * HISTORY.stepMs;
      server = all(HISTORY_FIGURES, value);
      running = ids;
      history.take();
    },
    framesPerSec: () => history.read().figures.framesPerSec,
    session: (id: string) => history.read().sessions.find(({ sessionId }) => sessionId === id)?.figures.driftP95,
  };
}

const NOTHING = Array.from({ length: HISTORY.points }, () => null);
/** The newest of these, behind as many unknown ones as there is room for. */
const padded = (values: readonly (number | null)[]) => [...NOTHING, ...values].slice(-HISTORY.points);

describe('the history', () => {
  it('knows nothing before its start, and has every figure from its first step on', () => {
    const { history, step, now } = driven();
    expect(history.read().figures.rooms).toEqual(NOTHING);
    step(7, [['sess_a', 3]]);
    const { at, stepMs, figures, sessions } = history.read();
    expect([at, stepMs]).toEqual([now(), HISTORY.stepMs]);
    expect(figures).toEqual(Object.fromEntries(HISTORY_FIGURES.map((figure) => [figure, padded([7])])));
    expect(sessions).toEqual([
      {
        sessionId: 'sess_a',
        figures: Object.fromEntries(SESSION_HISTORY_FIGURES.map((figure) => [figure, padded([3])])),
      },
    ]);
  });

  it('keeps the newest points of the server and of each session, whatever comes and goes', () => {
    const stepsOf = record({
      value: integer({ min: 0, max: 1e6 }),
      running: uniqueArray(constantFrom('sess_a', 'sess_b', 'sess_c')),
      steps: integer({ min: 1, max: 90 }),
    });
    assert(
      property(array(stepsOf, { maxLength: 40 }), (taken) => {
        const { step, framesPerSec, session } = driven();
        const server: (number | null)[] = [];
        const known: Record<string, (number | null)[]> = { sess_a: [], sess_b: [], sess_c: [] };
        for (const { value, running, steps } of taken) {
          step(
            value,
            running.map((id) => [id, value] as const),
            steps,
          );
          const missed = Array.from({ length: steps - 1 }, () => null);
          server.push(...missed, value);
          for (const [id, points] of Object.entries(known))
            points.push(...missed, (running as string[]).includes(id) ? value : null);
        }
        expect(framesPerSec()).toEqual(padded(server));
        for (const [id, points] of Object.entries(known)) expect(session(id) ?? NOTHING).toEqual(padded(points));
      }),
      { numRuns: 50 },
    );
  });

  it('forgets a session when nothing of it is left in the window', () => {
    const { step, session } = driven();
    step(1, [['sess_a', 1]]);
    step(1, [], HISTORY.points - 1);
    expect(session('sess_a')).toEqual([1, ...NOTHING.slice(1)]);
    step(1, []);
    expect(session('sess_a')).toBeUndefined();
  });

  it('takes the room of what ended longest ago for what begins, none from what runs, and says what was left out', () => {
    const { step, session, history } = driven();
    const many = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => [`sess_${from + i}`, 1] as const);
    const bytes = history.bytes;
    step(1, many(0, 32));
    step(1, many(1, 32));
    step(1, many(2, 33));
    expect(session('sess_0')).toBeUndefined();
    expect(session('sess_1')).toEqual(padded([1, 1, null]));
    expect(session('sess_32')).toEqual(padded([1]));
    step(1, many(2, 40));
    expect(history.read().sessions).toHaveLength(32);
    expect(history.read().sessionsLeftOut).toBe(6);
    expect(session('sess_2')?.at(-1)).toBe(1);
    expect(history.bytes).toBe(bytes);
  });
});

it('the history of a server is there when a page is opened later', async () => {
  const rig = await relay({ playback: false });
  await viewer();
  await rig.send(
    race(30).map((record) => ({ ...record, capturedAt: Date.now() })),
    1,
  );
  let n = 30;
  await vi.waitFor(
    async () => {
      // It goes on being fed: whichever point is the newest has something to tell.
      await rig.send([{ ...frame(n), capturedAt: Date.now() }], n + 2);
      n += 1;
      const { status, type, body } = await get<OpsHistory>('/api/ops/history', await token('ops'));
      expect([status, type]).toEqual([200, 'application/json; charset=utf-8']);
      const newest = Object.fromEntries(HISTORY_FIGURES.map((figure) => [figure, body.figures[figure].at(-1)]));
      expect(newest).toMatchObject({ viewers: 1, relays: 1, errors: 0, poolWaiting: 0, rooms: 1 });
      expect(newest.framesPerSec).toBeGreaterThan(0);
      expect(newest.heapUsedBytes).toBeGreaterThan(1e6);
      expect(newest.utilization).toBeGreaterThan(0);
      expect(body.sessions).toMatchObject([{ sessionId: rig.sessionId }]);
      expect(body.sessions[0]?.figures.viewers.at(-1)).toBe(1);
      expect(body.sessions[0]?.figures.driftP95.at(-1)).toBeGreaterThanOrEqual(0);
    },
    { timeout: 25_000, interval: 500 },
  );
});
