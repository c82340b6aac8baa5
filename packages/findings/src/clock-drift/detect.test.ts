import type { OpsRelay } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { AT, healthy, relayLike, sessionLike } from '../testing/healthy-night.js';
import { clockDrift } from './detect.js';

const of = (relay: Partial<OpsRelay>, before = healthy().before) =>
  clockDrift.look(healthy({ sessions: [sessionLike({ relays: [relayLike(relay)] })], before }));

/** Measured figures of a minute: documented drift, offset ± bound, queue age, transit; what waits is not told. */
const measured = (driftP95: number, offsetMs: number, boundMs: number, queueAgeP95Ms: number, transitP95Ms: number) =>
  ({
    driftP95,
    queueAgeP95Ms,
    transitP95Ms,
    oldestWaitingMs: null,
    waiting: null,
    clock: { offsetMs, boundMs, verdict: 'unknown' },
  }) as const;

/** What was simulated: 60 frames a second for two minutes, the clock asked for every two seconds. */
const CASES = [
  ['a clean line of 30 ms', measured(55, 2, 32, 0, 56), null],
  ['a clock 7 s ahead', measured(6970, 7002, 32, 0, 57), 'clock_offset'],
  ['a clock 7 s behind', measured(7054, -6999, 31, 0, 55), 'clock_offset'],
  ['8 s offline, then draining', measured(5063, -3, 34, 5008, 52), 'backlog'],
  ['6 s of latency both ways', measured(6055, 1, 6032, 0, 6056), 'latency'],
  ['6 s of latency on the way up', measured(6055, -3001, 3031, 0, 3054), 'latency'],
  ['bursts of latency, a fifth of the time', measured(6041, -2, 35, 0, 6039), 'latency'],
  ['a clock 6 s ahead and 6 s of latency, which looks perfect', measured(54, 6000, 6030, 0, 6054), 'latency'],
  ['frames that are dropped since the sim’s clock jumps', { clockJumps: 3 }, 'clock_jump'],
  ['a step to 7 s ahead at half time', { ...measured(6969, 7000, 31, 0, 7049), clockStepMs: 7000 }, 'clock_step'],
] as const;

describe('drift', () => {
  it.each(CASES)('with %s', (_, relay, cause) => {
    expect(of(relay).map((each) => each.cause)).toEqual(cause === null ? [] : [cause]);
  });

  it('rules out what the figures rule out, and nothing that the line leaves open', () => {
    const ruledOut = (name: string) => {
      const relay = CASES.find(([each]) => each === name)?.[1] ?? {};
      return of(relay)[0]?.ruledOut.map(({ cause }) => cause);
    };
    expect(ruledOut('a clock 7 s ahead')).toEqual(['clock_step', 'backlog', 'latency']);
    expect(ruledOut('8 s offline, then draining')).toEqual(['clock_step', 'clock_offset', 'latency']);
    expect(ruledOut('bursts of latency, a fifth of the time')).toEqual(['clock_step', 'backlog', 'clock_offset']);
    // Over 6 s each way nobody can say what the clock does.
    for (const name of ['6 s of latency both ways', 'a clock 6 s ahead and 6 s of latency, which looks perfect'])
      expect(ruledOut(name)).toEqual(['clock_step', 'backlog']);
  });

  it('rules out no backlog that is only over by now, and no clock that the line leaves open', () => {
    const ruledOut = (relay: Partial<OpsRelay>) => of(relay)[0]?.ruledOut.map(({ cause }) => cause);
    const off = { clock: { offsetMs: -7_000, boundMs: 12, verdict: 'behind' } } as const;
    expect(ruledOut({ ...off, driftP95: 27_000, queueAgeP95Ms: 20_000, oldestWaitingMs: 40 })).not.toContain('backlog');
    const open = { clock: { offsetMs: 3_400, boundMs: 1_900, verdict: 'ahead' } } as const;
    expect(ruledOut({ ...open, driftP95: 4_000 })).not.toContain('clock_offset');
  });

  it('holds what the clock is off for certain against its bound', () => {
    const [found] = of({ clock: { offsetMs: -7_000, boundMs: 12, verdict: 'behind' } });
    expect(found?.evidence).toContainEqual({ name: 'relay.clock.certainMs', value: 6_988, threshold: 2_000 });
    expect(found?.evidence).toContainEqual({ name: 'relay.clock.offsetMs', value: -7_000, threshold: null });
  });

  it('says that the clock cannot be told over a slow line', () => {
    const relay = CASES.find(([name]) => name.includes('looks perfect'))?.[1] ?? {};
    expect(of(relay)[0]?.because).toContain('6000 ± 6030 ms');
  });

  it('is inconclusive where the relay answers neither for its clock nor says when it sends', () => {
    const silent = {
      driftP95: 7_000,
      queueAgeP95Ms: null,
      transitP95Ms: null,
      oldestWaitingMs: null,
      clock: { offsetMs: null, boundMs: null, verdict: 'unknown' },
    } as const;
    const [found] = of(silent);
    expect(found).toMatchObject({ cause: 'inconclusive', confidence: 'low', ruledOut: [] });
    expect(found?.because).toContain('clock:ping');
    expect(found?.because).toContain('relay:frames');
  });

  it('is inconclusive where no figure is beyond its bound, and nobody is told to update the relay', () => {
    const sum = { driftP95: 5_800, queueAgeP95Ms: 2_900, oldestWaitingMs: 2_900, transitP95Ms: 2_900 };
    const [found] = of(sum);
    expect(found).toMatchObject({ cause: 'inconclusive', nextStep: { view: 'sessions' } });
    expect(found?.because).toContain('none exceeds its bound');
    const [missing] = of({ ...sum, transitP95Ms: null });
    expect(missing?.nextStep.text).toContain('Update the relay');
  });

  it('is believed at one bound and forgotten at another', () => {
    const off = (offsetMs: number) => ({ clock: { offsetMs, boundMs: 10, verdict: 'ahead' } }) as const;
    expect(of(off(1_500))).toEqual([]);
    const found = of(off(2_500));
    expect(found).toMatchObject([{ cause: 'clock_offset' }]);
    expect(of(off(1_500), beforeOf(found))).toHaveLength(1);
    expect(of(off(900), beforeOf(found))).toEqual([]);
  });

  it('of a backlog is over when nothing waits any more, however old what came was', () => {
    expect(of({ queueAgeP95Ms: 9_000, oldestWaitingMs: 8_000 })).toMatchObject([{ cause: 'backlog' }]);
    expect(of({ queueAgeP95Ms: 9_000, oldestWaitingMs: 200 })).toEqual([]);
  });

  it('of a backlog that is over is explained by it, and only that much of it', () => {
    const back = { driftP95: 9_044, queueAgeP95Ms: 9_033, transitP95Ms: 14, waiting: 0, oldestWaitingMs: 0 };
    const backlog = of({ ...back, oldestWaitingMs: 8_000 });
    expect(of(back)).toEqual([]);
    expect(of(back, beforeOf(backlog))).toEqual([]);
    expect(of({ ...back, driftP95: 15_000 })).toMatchObject([{ cause: 'inconclusive' }]);
  });

  it('of a backlog is what waits, and not what is only on its way', () => {
    const narrow = { queueAgeP95Ms: 700, transitP95Ms: 6_000, driftP95: 6_100 };
    expect(of({ ...narrow, oldestWaitingMs: 18_000, waiting: 180 })).toMatchObject([{ cause: 'backlog' }]);
    expect(of({ ...narrow, oldestWaitingMs: 6_500, waiting: 65 })).toMatchObject([{ cause: 'latency' }]);
  });

  it('is critical where half a minute waits', () => {
    expect(of({ queueAgeP95Ms: 31_000, oldestWaitingMs: 30_000 })).toMatchObject([{ severity: 'critical' }]);
  });

  it('of a relay that operations have paused is meant', () => {
    expect(of({ queueAgeP95Ms: 60_000, oldestWaitingMs: 60_000, pausedBecause: 'a test' })).toEqual([]);
  });
});

/** What was measured of a relay and a server with a connection between them that takes long, or carries little. */
const late = (eachWayMs: number, over: Partial<OpsRelay> = {}): Partial<OpsRelay> => ({
  driftP95: eachWayMs + 20,
  transitP95Ms: eachWayMs + 10,
  roundTripMs: 2 * eachWayMs + 5,
  clock: { offsetMs: 0, boundMs: 1, verdict: 'right' },
  waiting: eachWayMs / 50,
  oldestWaitingMs: 2 * eachWayMs,
  unsent: 0,
  oldestUnsentMs: 0,
  carriedBytesPerS: 4_900,
  capturedBytesPerS: 4_900,
  ...over,
});
const narrow = (carries: number, over: Partial<OpsRelay> = {}): Partial<OpsRelay> => ({
  driftP95: 1_900,
  transitP95Ms: 1_800,
  roundTripMs: 1_100,
  clock: { offsetMs: 0, boundMs: 1, verdict: 'right' },
  waiting: 379,
  oldestWaitingMs: 38_000,
  unsent: 377,
  oldestUnsentMs: 38_000,
  carriedBytesPerS: carries,
  capturedBytesPerS: 4_900,
  ...over,
});

describe('a narrow line with a large buffer in between', () => {
  /** Nothing waits at the relay, and the percentiles of a minute are those of before. */
  const buffered = (over: Partial<OpsRelay> = {}): Partial<OpsRelay> => ({
    capturedHz: 10,
    arrivingHz: 0.4,
    newestLateMs: 11_000,
    waiting: 0,
    oldestWaitingMs: 0,
    unsent: 0,
    oldestUnsentMs: 0,
    carriedBytesPerS: 150,
    capturedBytesPerS: 6_750,
    heardAgeMs: 40,
    ...over,
  });
  const after = (relay: Partial<OpsRelay>) => of(relay, beforeOf(of(buffered())));

  it('is a backlog: fewer frames arrive than are captured', () => {
    const [found] = of(buffered());
    expect(found).toMatchObject({ cause: 'backlog', severity: 'warning' });
    expect(found?.summary).toContain('0.4 of 10 frames a second arrive');
    expect(found?.nextStep.text).toContain('stop other traffic');
    expect(of(buffered({ newestLateMs: 44_000 }))).toMatchObject([{ cause: 'backlog', severity: 'critical' }]);
  });

  it('is one while nobody can tell what the line carries, and does not flicker', () => {
    expect(of(buffered({ carriedBytesPerS: null }))).toMatchObject([{ cause: 'backlog' }]);
    expect(after(buffered({ arrivingHz: 5 }))).toMatchObject([{ cause: 'backlog' }]);
    expect(after(buffered({ arrivingHz: 9.8, carriedBytesPerS: null, newestLateMs: 30 }))).toEqual([]);
  });

  it('is not a line that only takes long, or has just begun to', () => {
    for (const eachWayMs of [1_500, 4_000, 5_600]) {
      const arrivingHz = 10 - eachWayMs / 1_000;
      const cause = of(late(eachWayMs, { arrivingHz, newestLateMs: eachWayMs })).map((each) => each.cause);
      expect(cause).toEqual(['latency']);
    }
  });

  it('is not a sim that is paused or begins again, nor a relay that has just come', () => {
    const near = { carriedBytesPerS: null, newestLateMs: 40 };
    expect(of(buffered({ ...near, arrivingHz: 0, capturedHz: 0 }))).toEqual([]);
    expect(of(buffered({ ...near, arrivingHz: 1 }))).toEqual([]);
    expect(of(buffered({ connectedAt: AT - 10_000 }))).toEqual([]);
  });

  it('is reported for the relay that has it, and for no other relay of the session', () => {
    const both = [relayLike({ relayId: 'good', arrivingHz: 10, newestLateMs: 40 }), relayLike(buffered())];
    const found = clockDrift.look(healthy({ sessions: [sessionLike({ relays: both })] }));
    expect(found.map(({ scope }) => scope.relayId)).toEqual(['rig']);
  });
});

describe('a relay that operations have resumed', () => {
  const kept = { queueAgeP95Ms: 45_000, driftP95: 45_100, oldestWaitingMs: 40_000, oldestUnsentMs: 40_000 };
  const since = (agoMs: number, relayId = 'rig') =>
    clockDrift.look(
      healthy({
        sessions: [sessionLike({ relays: [relayLike(kept)] })],
        audit: [{ id: 1, at: AT - agoMs, who: 'ops', action: 'relay.resume', detail: { relayId, show: 'local' } }],
      }),
    );

  it('has ten seconds to send what it kept', () => {
    expect(since(4_000)).toEqual([]);
    expect(since(12_000)).toMatchObject([{ cause: 'backlog' }]);
    expect(since(4_000, 'other')).toMatchObject([{ cause: 'backlog' }]);
  });
});

describe('a server that is overloaded', () => {
  const busy = (relay: Partial<OpsRelay>) =>
    clockDrift.look(
      healthy({
        sessions: [sessionLike({ relays: [relayLike(relay)] })],
        summary: { eventLoop: { delayMaxMs: 1_160, utilization: 1, gcPauseMaxMs: 88 } },
      }),
    );

  it('may be where frames have waited: that is said, and looked at first', () => {
    // Twenty relays on the server's own machine.
    const starved = { driftP95: 8_820, queueAgeP95Ms: 4_900, oldestUnsentMs: 0, transitP95Ms: 4_713, roundTripMs: 5 };
    const [found] = busy(starved);
    expect(found).toMatchObject({ cause: 'latency', confidence: 'low', nextStep: { command: 'top' } });
    expect(found?.because).toContain('overloaded');
  });

  it('is not why a round trip takes seconds, or a clock is off', () => {
    expect(busy(late(4_000))[0]).toMatchObject({ cause: 'latency', confidence: 'high' });
    const off = { clock: { offsetMs: -7_000, boundMs: 12, verdict: 'behind' } } as const;
    expect(busy(off)[0]).toMatchObject({ cause: 'clock_offset', confidence: 'high' });
  });
});

describe('a connection that takes long is told from one that carries little', () => {
  const cause = (relay: Partial<OpsRelay>) => of(relay).map((each) => `${each.cause} ${each.severity}`);

  it.each([
    ['0.1 s each way', late(100), []],
    ['0.5 s each way', late(500), ['latency info']],
    ['1.5 s each way', late(1_500), ['latency warning']],
    ['4 s each way', late(4_000), ['latency warning']],
    // A relay of an older version sends less than it could over such a connection, and does not say what is unsent.
    [
      '1.5 s each way, and a queue of a relay that does not say what is unsent',
      {
        ...late(1_500, { waiting: 290, oldestWaitingMs: 29_000, queueAgeP95Ms: 25_000 }),
        unsent: null,
        oldestUnsentMs: null,
      },
      ['latency warning'],
    ],
    ['1.5 s each way, in the first seconds', late(1_500, { unsent: 35, oldestUnsentMs: 3_500 }), ['latency warning']],
    ['1,200 B/s', narrow(1_200), ['backlog critical']],
    ['600 B/s', narrow(600), ['backlog critical']],
    [
      '600 B/s, with all of it on its way still',
      narrow(600, { transitP95Ms: 5_700, waiting: 0, oldestWaitingMs: 0, unsent: 0, oldestUnsentMs: 0 }),
      ['backlog warning'],
    ],
    ['600 B/s and 1.5 s each way', narrow(600, { roundTripMs: 4_000 }), ['backlog critical']],
    ['a connection that was away and catches up', narrow(400_000, { roundTripMs: 60 }), ['backlog critical']],
    ['40 KB/s', late(20, { carriedBytesPerS: 40_000 }), []],
  ])('%s', (_, relay, expected) => {
    expect(cause(relay)).toEqual(expected);
  });

  it('advises a rate that a narrow connection carries, and none where it only takes long', () => {
    const step = (relay: Partial<OpsRelay>) => of(relay)[0]?.nextStep;
    expect(step(narrow(2_400))).toMatchObject({ command: 'RELAY_SAMPLE_HZ=3.4' });
    expect(step(narrow(600))).toMatchObject({ command: 'RELAY_SAMPLE_HZ=0.8' });
    expect(step(narrow(600))?.text).toContain('stop other traffic');
    for (const eachWayMs of [500, 1_500, 4_000])
      expect(JSON.stringify(step(late(eachWayMs)))).not.toContain('SAMPLE_HZ');
  });

  it('rules out neither of them where the figures do not', () => {
    const ruledOut = (relay: Partial<OpsRelay>) => of(relay)[0]?.ruledOut.map((each) => each.cause);
    expect(ruledOut(narrow(600, { transitP95Ms: 5_700 }))).not.toContain('latency');
    expect(ruledOut(late(1_500, { unsent: 35, oldestUnsentMs: 3_500 }))).not.toContain('backlog');
    expect(ruledOut(late(4_000))).toContain('backlog');
  });
});
