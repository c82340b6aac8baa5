import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectSteps, StepPatience } from './connect-steps.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the patience with a step of a connection', () => {
  it('begins with what the configuration says, and doubles with each failed attempt up to 20 s', () => {
    const patience = new StepPatience();
    expect([0, 1, 2, 3, 4, 50].map((failures) => patience.limitMs(1_500, failures))).toEqual([
      1_500, 3_000, 6_000, 12_000, 20_000, 20_000,
    ]);
    expect(patience.limitMs(30_000, 3)).toBe(30_000);
  });

  it('gives a server that was reached twice what it needed, as long as that is so', () => {
    const patience = new StepPatience();
    patience.learn(8_000);
    expect(patience.limitMs(1_500, 0)).toBe(16_000);
    patience.learn(40);
    expect(patience.limitMs(1_500, 0)).toBe(1_500);
  });
});

describe('a connection that is being made', () => {
  const watched = (limitMs: number) => {
    const onStalled = vi.fn();
    return { steps: new ConnectSteps(limitMs, () => Date.now(), onStalled), onStalled };
  };

  it('may take long, as long as each step ends in time', () => {
    const { steps, onStalled } = watched(1_500);
    for (const ms of [1_400, 1_200, 900]) {
      vi.advanceTimersByTime(ms);
      steps.step();
    }
    steps.close();
    vi.advanceTimersByTime(60_000);
    expect(onStalled).not.toHaveBeenCalled();
    expect(steps.slowestMs).toBe(1_400);
  });

  it('is given up at the first step that does not', () => {
    const { steps, onStalled } = watched(1_500);
    steps.step();
    vi.advanceTimersByTime(1_501);
    expect(onStalled).toHaveBeenCalledOnce();
    steps.step();
    vi.advanceTimersByTime(60_000);
    expect(onStalled).toHaveBeenCalledOnce();
  });
});
