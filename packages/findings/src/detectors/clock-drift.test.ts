import type { OpsRelay } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { healthy, relayLike, sessionLike } from '../testing/healthy-night.js';
import { clockDrift } from './clock-drift.js';

const of = (relay: Partial<OpsRelay>, before = healthy().before) =>
  clockDrift.look(healthy({ sessions: [sessionLike({ relays: [relayLike(relay)] })], before }));

/** Measured figures of a minute: documented drift, offset ± bound, queue age, transit; what waits is not told. */
const measured = (driftP95: number, offsetMs: number, boundMs: number, queueAgeP95Ms: number, transitP95Ms: number) =>
  ({
    ...{ driftP95, queueAgeP95Ms, transitP95Ms, oldestWaitingMs: null, waiting: null },
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
      ...{ driftP95: 7_000, queueAgeP95Ms: null, transitP95Ms: null, oldestWaitingMs: null },
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
    expect(found?.because).toContain('none of them is beyond its own bound');
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
