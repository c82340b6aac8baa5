import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionFigures } from '../figures/session-figures.js';
import { Durations } from './durations.js';
import { changeOf, RecentSeconds, SECOND_FIGURES, type Second, SecondSampler } from './seconds.js';

const NOTHING = Object.fromEntries(SECOND_FIGURES.map((figure) => [figure, 0])) as unknown as Second;
const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 60 });

describe('what changed', () => {
  it('is from 0 to 1, the same both ways, and 0 between equals', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { change } = changeOf('x', a, b);
        expect(change).toBeGreaterThanOrEqual(0);
        expect(change).toBeLessThanOrEqual(1);
        expect(changeOf('x', b, a).change).toBe(change);
        expect(changeOf('x', a, a).change).toBe(0);
      }),
    );
  });

  it('puts what has changed most first: what stopped before what drifted a little', () => {
    const seconds = new RecentSeconds();
    for (let n = 1; n <= 150; n++) {
      const during = n > 120;
      const second = { framesPerSec: during ? 9.8 : 10, writtenPerSec: during ? 0 : 50, skippedPerSec: during ? 5 : 0 };
      seconds.add('sess_a', { ...NOTHING, ...second, driftMs: null }, n * 1_000);
    }
    const { changes, comparedMs } = seconds.compare('sess_a', 120_000, 150_000);
    expect(changes.slice(0, 3)).toEqual([
      { figure: 'writtenPerSec', before: 50, during: 0, change: 1 },
      { figure: 'skippedPerSec', before: 0, during: 5, change: 1 },
      { figure: 'framesPerSec', before: 10, during: 9.8, change: expect.any(Number) },
    ]);
    expect(changes[2]?.change).toBeLessThan(0.05);
    expect(changes.map(({ figure }) => figure)).not.toContain('driftMs');
    expect(comparedMs).toBe(119_000);
    expect(seconds.compare('sess_none', 0, 1)).toEqual({ changes: [], comparedMs: 0 });
  });

  it('has the longest trace with four times that before it, and no more', () => {
    const seconds = new RecentSeconds();
    for (let n = 1; n <= 4_000; n++) seconds.add('sess_a', { ...NOTHING, framesPerSec: n }, n * 1_000);
    const { comparedMs, changes } = seconds.compare('sess_a', 3_700_000, 4_000_000);
    expect(comparedMs).toBeGreaterThan(1_198_000);
    const frames = changes.find(({ figure }) => figure === 'framesPerSec');
    expect(frames?.during).toBe(3_850.5);
  });

  it('is known of a bounded number of sessions, the newest ones', () => {
    const seconds = new RecentSeconds();
    for (let n = 0; n < 60; n++) for (let s = 0; s < 5; s++) seconds.add(`sess_${n}`, NOTHING, n * 10_000 + s * 1_000);
    const isKnown = (n: number) =>
      seconds.compare(`sess_${n}`, n * 10_000 + 2_500, n * 10_000 + 4_000).changes.length > 0;
    expect([isKnown(0), isKnown(19), isKnown(20), isKnown(59)]).toEqual([false, false, true, true]);
  });
});

it('each second is what passed since the look before, by how long that was', () => {
  const figures = new SessionFigures('sess_a', 0);
  const sampler = new SecondSampler();
  const more = { viewersLive: 2, viewersBroadcast: 1, loopUtilization: 0.5 };
  expect(sampler.look(figures, more, 0)).toBeNull();
  figures.frames.add(20, 500);
  figures.duplicates = 4;
  sampler.frame('sess_a', 30, null);
  sampler.frame('sess_a', 50, 7);
  expect(sampler.look(figures, more, 2_000)).toMatchObject({
    framesPerSec: 10,
    duplicatesPerSec: 2,
    writtenPerSec: 0,
    driftMs: 40,
    queueAgeMs: 7,
    ...more,
  });
  expect(sampler.look(figures, more, 3_000)).toMatchObject({ framesPerSec: 0, driftMs: null, queueAgeMs: null });
  sampler.keep(new Set());
  expect(sampler.look(figures, more, 4_000)).toBeNull();
});

describe('durations', () => {
  it('have percentiles that are never too low and at most a twentieth too high, and an exact maximum', () => {
    const ms = fc.oneof(
      fc.double({ min: 0.01, max: 250_000, noNaN: true }),
      fc.double({ min: 0.01, max: 50, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(ms, { minLength: 1, maxLength: 200 }), fc.constantFrom(0.5, 0.95, 1), (list, share) => {
        const durations = new Durations();
        for (const [i, value] of list.entries()) durations.add(value, i);
        const truth = [...list].sort((a, b) => a - b)[Math.max(1, Math.ceil(list.length * share)) - 1] as number;
        expect(durations.percentile(share)).toBeGreaterThanOrEqual(truth * (1 - 1e-9));
        expect(durations.percentile(share)).toBeLessThanOrEqual(truth * 1.05 + 1e-9);
        expect(durations.max).toBe(Math.max(...list));
        expect(durations.maxAt).toBe(list.indexOf(durations.max));
        expect(durations.count).toBe(list.length);
      }),
    );
  });

  it('are nothing where a clock seems to have gone back, and unknown where there are none', () => {
    const durations = new Durations();
    expect(durations.percentile(0.5)).toBeNull();
    durations.add(-3, 1);
    expect([durations.max, durations.percentile(0.95)]).toEqual([0, 0]);
  });
});
