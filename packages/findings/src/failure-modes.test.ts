import type { OpsEvent, OpsRelay, OpsSession, OpsSnapshot, SocketGroup } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, DETECTORS } from './failure-modes.js';
import { beforeOf, Detectors, runDetectors } from './run-detectors.js';
import {
  AT,
  databaseLike,
  groupLike,
  healthy,
  historyLike,
  relayLike,
  roomsLike,
  sessionLike,
} from './testing/healthy-night.js';

describe('a healthy night', () => {
  it('has no findings, whatever of it there is: viewers, pages, desks, a broken lap or two', () => {
    const variants: OpsSnapshot[] = [
      healthy(),
      // Just begun: nothing has come yet, and nothing is due.
      healthy({
        summary: { uptimeMs: 5_000, relays: { connected: 0 } },
        sessions: [],
        socketGroups: [],
        relays: { everSeen: 0, newestAt: null, away: [], refused: [], waiting: [] },
        rooms: null,
        database: null,
        history: null,
      }),
      // A session has just begun and the sockets are still coming.
      healthy({ sessions: [sessionLike({ framesTotal: 3, flow: null, viewers: { live: 0, broadcast: 0 } })] }),
      // Between two sessions, with everybody still in the room of the one before.
      healthy({
        sessions: [sessionLike({ status: 'ended', relays: [], framesPerSec: 0 })],
        summary: { relays: { connected: 0 } },
      }),
      // Thousands come at once.
      healthy({
        churn: { connects: 3_000, disconnects: 40, byCode: { client_left: 40 } },
        summary: { sockets: { total: 3_000, byRole: { public: 3_000 }, bySurface: {} } },
      }),
    ];
    for (const snapshot of variants) {
      const { findings, skipped } = runDetectors(snapshot, DETECTORS);
      expect(findings).toEqual([]);
      expect(skipped.every(({ code }) => code === 'NO_DATA' || code === 'RELAY_NOT_CONNECTING')).toBe(true);
    }
  });
});

const figure = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, min: -1e7, max: 1e7 }),
  fc.integer({ min: 0, max: 1e5 }),
);
const rate = fc.double({ noNaN: true, min: 0, max: 1e4 });
const stage = fc.record({ total: fc.nat(), perSec: fc.oneof(fc.constant(0), rate) });
const relay: fc.Arbitrary<OpsRelay> = fc
  .record({
    clock: fc.record({ offsetMs: figure, boundMs: figure, verdict: fc.constantFrom('right', 'unknown', 'ahead') }),
    driftP95: figure,
    queueAgeP95Ms: figure,
    transitP95Ms: figure,
    waiting: figure,
    oldestWaitingMs: figure,
    capturedHz: figure,
    clockStepMs: figure,
    clockJumps: fc.nat(50),
    simState: fc.constantFrom(null, 'left', 'connected', 'a\u0000b'),
    pausedBecause: fc.constantFrom(null, 'a test'),
    relayId: fc.constantFrom('rig', 'other'),
  })
  .map((over) => relayLike(over as Partial<OpsRelay>));
const session: fc.Arbitrary<OpsSession> = fc
  .record({
    relays: fc.array(relay, { maxLength: 3 }),
    sessionId: fc.constantFrom('sess_a', 'sess_b', 'sess_healthy'),
    status: fc.constantFrom('live', 'ended'),
    framesTotal: fc.nat(),
    framesPerSec: rate,
    lastFrameAgeMs: figure,
    delayMs: fc.nat(120_000),
    viewers: fc.record({ live: fc.nat(50), broadcast: fc.nat(50) }),
    flow: fc.option(
      fc.record({
        ingest: stage,
        timeline: stage,
        timing: stage,
        liveTicks: stage,
        broadcastTicks: stage,
        fanOut: stage,
        written: stage,
        skipped: stage,
      }),
    ),
  })
  .map((over) => sessionLike(over as Partial<OpsSession>));
const group: fc.Arbitrary<SocketGroup> = fc
  .record({
    role: fc.constantFrom('dashboard', 'overlay', 'public', 'director', 'ops', 'unknown'),
    room: fc.constantFrom('live', 'broadcast', 'none'),
    sessionId: fc.constantFrom(null, 'sess_a', 'sess_healthy'),
    count: fc.nat(100),
    buffered: fc.nat(100),
    slow: fc.nat(100),
    stale: fc.nat(100),
    idle: fc.nat(100),
    left: fc.nat(100),
    refused: fc.dictionary(fc.constantFrom('not_found', 'forbidden'), fc.nat(50)),
    isOfStrangers: fc.constantFrom(undefined, true as const),
  })
  .map((over) => groupLike(over as Partial<SocketGroup>));
const event: fc.Arbitrary<OpsEvent> = fc.record({
  id: fc.nat(),
  at: fc.integer({ min: AT - 900_000, max: AT }),
  type: fc.constant('socket' as const),
  event: fc.constantFrom('auth_fail', 'connect', 'broadcast:delay:set'),
  where: fc.constantFrom('session:join', 'broadcast:delay:set', '/api/ops/summary'),
  capability: fc.constantFrom(null, 'racebox:director:control'),
  code: fc.constantFrom('forbidden', 'unauthenticated'),
});
const reason = fc.constantFrom('kill-switch', 'disabled', 'stopped', 'finished', 'connection lost');
const snapshot: fc.Arbitrary<OpsSnapshot> = fc
  .record({
    sessions: fc.array(session, { maxLength: 4 }),
    socketGroups: fc.array(group, { maxLength: 8 }),
    events: fc.array(event, { maxLength: 10 }),
    churn: fc.record({ connects: fc.nat(500), disconnects: fc.nat(500), byCode: fc.constant({}) }),
    rooms: fc.option(fc.nat(5).map((leakedCount) => roomsLike({ leakedCount, sweptAt: null }))),
    history: fc.option(fc.array(fc.nat(1e9), { maxLength: 20 }).map((rssBytes) => historyLike({ rssBytes }))),
    database: fc.option(fc.constantFrom(databaseLike(), databaseLike({ statements: [], state: 'away' }))),
    relays: fc.record({
      everSeen: fc.nat(3),
      newestAt: fc.constantFrom(null, AT - 1_000),
      away: fc.array(
        fc.record({
          relayId: fc.constantFrom('rig', 'other'),
          sessionId: fc.constantFrom(null, 'sess_a'),
          goneAt: fc.integer({ min: AT - 1e6, max: AT }),
          reason,
          message: fc.constantFrom(null, 'a message'),
        }),
        { maxLength: 3 },
      ),
      refused: fc.array(
        fc.record({
          why: fc.constantFrom('token' as const, 'version' as const, 'origin' as const),
          isOfStranger: fc.constantFrom(undefined, true as const),
          code: fc.constant('forbidden'),
          capability: fc.constantFrom(null, 'relay:publish'),
          message: fc.string({ minLength: 5 }),
          count: fc.nat(),
          firstAt: fc.constant(AT - 50_000),
          at: fc.integer({ min: AT - 120_000, max: AT }),
        }),
        { maxLength: 3 },
      ),
      waiting: fc.constant([]),
    }),
    unsaved: fc.array(
      fc.record({
        what: fc.constantFrom('revoked_tokens', 'paused_relays', 'show'),
        show: fc.constantFrom(null, 'local'),
        since: fc.integer({ min: AT - 1e6, max: AT }),
        tries: fc.nat(5),
        code: fc.constantFrom(null, 'ENOSPC'),
        because: fc.constant('the disk is full'),
      }),
      { maxLength: 3 },
    ),
    uptimeMs: fc.nat(1e8),
    loop: fc.record({ delayMaxMs: rate, utilization: fc.double({ noNaN: true, min: 0, max: 1 }) }),
    state: fc.constantFrom('ok', 'away', 'starting'),
  })
  .map(({ uptimeMs, loop, state, ...over }) =>
    healthy({
      ...(over as Partial<OpsSnapshot>),
      summary: {
        uptimeMs,
        eventLoop: { ...healthy().summary.eventLoop, ...loop },
        database: { ...healthy().summary.database, state: state as 'ok' },
      },
    }),
  );

describe('the detectors, whatever the snapshot', () => {
  it('never throw, and each finding says all that a finding says', () => {
    fc.assert(
      fc.property(snapshot, (given) => {
        const { findings, clear, skipped } = runDetectors(given, DETECTORS);
        expect(findings.filter(({ code }) => code === 'DETECTOR_FAILED')).toEqual([]);
        for (const found of findings) {
          expect(found.summary.length).toBeGreaterThan(10);
          expect(found.because.length).toBeGreaterThan(3);
          expect(found.evidence.length).toBeGreaterThan(0);
          expect(found.since).toBeLessThanOrEqual(given.at);
          expect(found.ruledOut.map(({ cause }) => cause)).not.toContain(found.cause);
          const known = CATALOGUE.filter(({ code }) => code === found.code).flatMap(({ causes }) =>
            Object.keys(causes),
          );
          expect(known).toEqual(expect.arrayContaining(found.ruledOut.map(({ cause }) => cause)));
          expect(`${found.summary} ${found.because}`).not.toMatch(/undefined|NaN|Infinity/);
        }
        const told = new Set([...findings.map(({ code }) => code), ...clear, ...skipped.map(({ code }) => code)]);
        expect(told.size).toBe(DETECTORS.length);
      }),
      { numRuns: 300 },
    );
  });

  it('find the same in the same snapshot, and leave it as it is', () => {
    fc.assert(
      fc.property(snapshot, (given) => {
        const copy = structuredClone(given);
        const first = runDetectors(given, DETECTORS);
        expect(given).toEqual(copy);
        expect(runDetectors(structuredClone(copy), DETECTORS)).toEqual(first);
      }),
      { numRuns: 100 },
    );
  });

  it('go on believing what they have found while nothing changes', () => {
    fc.assert(
      fc.property(snapshot, (given) => {
        const detectors = new Detectors(DETECTORS, () => 0);
        const first = detectors.look(given).findings;
        const again = detectors.look({ ...given, before: beforeOf(first) }).findings;
        const keys = (found: typeof first) =>
          found.map(({ code, scope }) => `${code} ${scope.sessionId} ${scope.relayId}`);
        for (const key of keys(first)) expect(keys(again)).toContain(key);
      }),
      { numRuns: 200 },
    );
  });
});
