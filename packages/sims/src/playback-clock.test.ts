import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { monotonicClock, type PaceClock } from './pace.js';
import { PlaybackClock } from './playback-clock.js';

/** A real clock that only a test moves. */
class Hand implements PaceClock {
  #now = 0;
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ until: this.#now + ms, resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async move(ms: number): Promise<void> {
    this.#now += ms;
    for (const each of this.#waiting) if (each.until <= this.#now) each.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the clock of a playback', () => {
  let hand: Hand;
  let clock: PlaybackClock;
  const over = vi.fn();

  beforeEach(() => {
    hand = new Hand();
    clock = new PlaybackClock(hand, 2);
  });
  afterEach(() => over.mockClear());

  it('runs at its speed, and from a change on at the new one', async () => {
    await hand.move(1_000);
    expect(clock.now()).toBe(2_000);
    clock.setSpeed(10);
    await hand.move(100);
    expect(clock.now()).toBe(3_000);
  });

  it('waits in its own time, also where its speed changes meanwhile', async () => {
    void clock.wait(10_000).then(over);
    await hand.move(4_000);
    expect(over).not.toHaveBeenCalled();
    clock.setSpeed(20);
    await hand.move(50);
    expect(over).not.toHaveBeenCalled();
    await hand.move(50);
    expect(over).toHaveBeenCalled();
  });

  it('stands while it is paused', async () => {
    void clock.wait(1_000).then(over);
    clock.pause();
    await hand.move(60_000);
    expect([clock.now(), over.mock.calls.length]).toEqual([0, 0]);
    clock.resume();
    await hand.move(500);
    expect([clock.now(), over.mock.calls.length]).toEqual([1_000, 1]);
  });

  it('put forward, ends the waits that are over by that, also while it is paused', async () => {
    clock.pause();
    void clock.wait(30_000).then(over);
    clock.skip(29_999);
    await hand.move(1);
    expect(over).not.toHaveBeenCalled();
    clock.skip(1);
    await hand.move(1);
    expect(over).toHaveBeenCalled();
  });

  it('lets a wait end where it is aborted, on a real clock too', async () => {
    const real = new PlaybackClock(monotonicClock, 1);
    real.pause();
    const stop = new AbortController();
    const wait = real.wait(1_000, stop.signal);
    stop.abort();
    await wait;
  });
});
