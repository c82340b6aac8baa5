import type { FlowStages, OpsRelay, OpsSession } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstBroken, flowSentence, flowSteps } from './flow-steps.js';

const RELAY: OpsRelay = {
  relayId: 'rig',
  run: 'r',
  version: '0.1.0',
  source: 'demo',
  connectedAt: 0,
  isPrimary: true,
  clock: { offsetMs: 0, boundMs: 1, verdict: 'right' },
  driftP95: 3,
  queueAgeP95Ms: 1,
  transitP95Ms: 1,
  waiting: 0,
  oldestWaitingMs: null,
  askedHz: null,
  pausedBecause: null,
};

/** A race that passes every stage, with 40 viewers, published and 30 s behind. */
const SESSION: OpsSession = {
  sessionId: 'sess_1',
  show: 'cup',
  status: 'live',
  isStale: false,
  sim: 'demo',
  track: 'Ring',
  relays: [RELAY],
  framesTotal: 100,
  framesPerSec: 10,
  lastFrameAgeMs: 60,
  driftP95: 3,
  clock: RELAY.clock,
  queueAgeP95Ms: 1,
  transitP95Ms: 1,
  duplicates: 0,
  outOfOrder: 0,
  dropped: 0,
  errors: 0,
  viewers: { live: 20, broadcast: 20 },
  delayMs: 30_000,
  flow: null,
};
const RUNNING = { state: 'running', published: true } as const;

function flowOf(rates: Partial<Record<keyof FlowStages, number>> = {}): FlowStages {
  const all = {
    ingest: 10,
    timeline: 10,
    timing: 10,
    liveTicks: 10,
    broadcastTicks: 10,
    fanOut: 400,
    written: 400,
    skipped: 0,
  };
  return Object.fromEntries(
    Object.entries({ ...all, ...rates }).map(([stage, perSec]) => [stage, { total: 1_000, perSec }]),
  ) as unknown as FlowStages;
}

const stopsAt = (flow: FlowStages, session = SESSION, delay: Parameters<typeof flowSteps>[2] = RUNNING) =>
  firstBroken(flowSteps(session, flow, delay))?.stage ?? null;

describe('the flow of a session', () => {
  it('says that every stage passes', () => {
    expect(stopsAt(flowOf())).toBeNull();
    expect(flowSentence(SESSION, flowSteps(SESSION, flowOf(), RUNNING))).toBe('All stages pass.');
  });

  it.each(['timeline', 'timing', 'fanOut', 'written'] as const)(
    'stops at %s where what is before it passes',
    (stage) => {
      const order = ['ingest', 'timeline', 'timing', 'liveTicks', 'broadcastTicks', 'fanOut', 'written'] as const;
      const dead = order.slice(order.indexOf(stage)).map((each) => [each, 0] as const);
      expect(stopsAt(flowOf(Object.fromEntries(dead)))).toBe(stage);
    },
  );

  it('stops at ingest with the reason: no relay, or one that sends nothing', () => {
    const nothing = flowOf({
      ingest: 0,
      timeline: 0,
      timing: 0,
      liveTicks: 0,
      broadcastTicks: 0,
      fanOut: 0,
      written: 0,
    });
    const says = (session: OpsSession) => flowSentence(session, flowSteps(session, nothing, RUNNING));
    expect(says({ ...SESSION, relays: [], lastFrameAgeMs: 12_000 })).toBe('Stopped at ingest: no relay is connected.');
    expect(says({ ...SESSION, lastFrameAgeMs: 12_000 })).toBe('Stopped at ingest: 1 connected, no frame for 12.0 s.');
    expect(says({ ...SESSION, relays: [{ ...RELAY, pausedBecause: 'wanted' }] })).toBe(
      'As expected; ingest: every relay is paused.',
    );
    expect(says({ ...SESSION, status: 'ended' })).toBe('The session has ended.');
  });

  it('takes a delay that holds or is paused, and a show that is not published, for what they are', () => {
    const held = flowOf({ broadcastTicks: 0 });
    const state = (delay: Parameters<typeof flowSteps>[2]) =>
      flowSteps(SESSION, held, delay).find(({ stage }) => stage === 'broadcastTicks')?.state;
    expect(state({ state: 'holding', published: true })).toBe('expected');
    expect(state({ state: 'paused', published: true })).toBe('expected');
    expect(state({ state: 'running', published: false })).toBe('quiet');
    expect(state({ state: 'running', published: true })).toBe('broken');
    expect(state(undefined)).toBe('broken');
  });

  it('is not broken on a grid that stands still', () => {
    const still = flowOf({ liveTicks: 0, broadcastTicks: 0, fanOut: 0, written: 0 });
    expect(stopsAt(still, { ...SESSION, unchangedPerSec: 10 })).toBeNull();
    expect(stopsAt(still, { ...SESSION, unchangedPerSec: 0 })).toBe('liveTicks');
  });

  it('is not broken where nobody watches', () => {
    const alone = { ...SESSION, viewers: { live: 0, broadcast: 0 } };
    expect(stopsAt(flowOf({ fanOut: 0, written: 0 }), alone)).toBeNull();
  });

  it('says that some are too slow, which is no stop', () => {
    const slow = flowOf({ skipped: 3 });
    expect(flowSentence(SESSION, flowSteps(SESSION, slow, RUNNING))).toContain('too slow');
    expect(stopsAt(slow)).toBeNull();
  });

  it('never calls a stage broken that passes something, or that is fed nothing', () => {
    const rates = fc.record(
      Object.fromEntries(Object.keys(flowOf()).map((stage) => [stage, fc.constantFrom(0, 1)])) as Record<
        keyof FlowStages,
        fc.Arbitrary<number>
      >,
    );
    const feeds = {
      timeline: ['ingest'],
      timing: ['timeline'],
      liveTicks: ['timing'],
      broadcastTicks: ['timing'],
      fanOut: ['liveTicks', 'broadcastTicks'],
      written: ['fanOut'],
    } as const;
    fc.assert(
      fc.property(rates, (rate) => {
        for (const step of flowSteps(SESSION, flowOf(rate), RUNNING)) {
          if (step.state !== 'broken') continue;
          expect(step.perSec).toBe(0);
          const before = feeds[step.stage as keyof typeof feeds] as readonly (keyof FlowStages)[] | undefined;
          if (before !== undefined) expect(before.some((stage) => rate[stage] > 0)).toBe(true);
        }
      }),
    );
  });
});
