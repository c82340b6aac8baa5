import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeedStore } from './feed-store.js';
import { feedOf, messageOf } from './testing/feed.js';

const NOW = 50_000;

function begun(cars: readonly number[] = [7, 3, 9], audience: FeedStore['audience'] = 'live'): FeedStore {
  const store = new FeedStore(audience);
  store.begin('e1', 10, 49_000, feedOf(cars), NOW);
  return store;
}

describe('the store of a feed', () => {
  it('begins with a whole state: cars by position, and as old as its newest frame', () => {
    const store = begun();
    expect(store.order).toEqual([7, 3, 9]);
    expect(store.info(3)?.name).toBe('Driver 3');
    expect(store.freshAt).toBe(49_000);
    expect(store.position).toEqual({ epoch: 'e1', seq: 10 });
  });

  it('is never fresher than now, even where the server’s clock is ahead', () => {
    const store = new FeedStore('live');
    store.begin('e1', 0, NOW + 9_000, feedOf([1]), NOW);
    expect(store.freshAt).toBe(NOW);
  });

  it('takes a picture as old as its delay for fresh, by the server’s clock', () => {
    const store = new FeedStore('broadcast');
    store.setServerClock(NOW + 4_000, NOW);
    store.setDelay({ sessionId: 'sess_1', state: 'running', delayMs: 30_000 }, NOW);
    store.begin('e1', 0, NOW + 4_000 - 30_500, feedOf([1]), NOW);
    expect(store.freshAt).toBe(NOW - 500);
    expect(store.ageOfPicture(NOW + 100)).toBe(30_600);
  });

  it('is fresh again from when a picture that stood still goes on', () => {
    const store = begun([1], 'broadcast');
    store.setDelay({ sessionId: 'sess_1', state: 'holding', delayMs: 30_000 }, NOW);
    expect(store.freshAt).toBe(49_000);
    store.setDelay({ sessionId: 'sess_1', state: 'running', delayMs: 30_000 }, NOW + 20_000);
    expect(store.freshAt).toBe(NOW + 20_000);
  });

  it('of a live audience is not behind, whatever the broadcast’s delay is', () => {
    const store = begun();
    store.setDelay({ sessionId: 'sess_1', state: 'holding', delayMs: 30_000 }, NOW);
    expect(store.delay).toBeNull();
  });

  it('takes the message that follows, and tells who subscribed', () => {
    const store = begun();
    let told = 0;
    store.subscribe(() => told++);
    expect(store.apply(messageOf(11, feedOf([7, 3, 9]), feedOf([3, 7, 9])), NOW + 100)).toBe('applied');
    expect(store.order).toEqual([3, 7, 9]);
    expect(store.freshAt).toBe(NOW + 100);
    expect(told).toBe(1);
  });

  it('keeps the same order and the same rows, as objects, where nobody changed places', () => {
    const store = begun();
    const { order } = store;
    const row = store.row(7);
    store.apply(messageOf(11, feedOf([7, 3, 9]), feedOf([7, 3, 9], { leaderLap: 2 })), NOW);
    expect(store.order).toBe(order);
    expect(store.row(7)).toBe(row);
  });

  it('does not take a message twice, one after a gap, or one of another epoch', () => {
    const store = begun();
    const message = (seq: number, epoch?: string) => messageOf(seq, feedOf([7, 3, 9]), feedOf([9, 3, 7]), epoch);
    expect(store.apply(message(10), NOW)).toBe('known');
    expect(store.apply(message(12), NOW)).toBe('gap');
    expect(store.apply(message(11, 'e2'), NOW)).toBe('gap');
    expect(store.order).toEqual([7, 3, 9]);
    expect(store.position.seq).toBe(10);
  });

  it('takes nothing before it began', () => {
    expect(new FeedStore('live').apply(messageOf(1, feedOf([1]), feedOf([1, 2])), NOW)).toBe('gap');
  });

  it('forgets the race where the server refuses it', () => {
    const store = begun();
    store.refuse({ code: 'forbidden', message: 'No.' });
    expect(store.holding.holding).toBe('refusal');
    expect(store.order).toEqual([]);
    expect(store.row(7)).toBeUndefined();
  });

  it('comes to the state of the server through any changes, with resyncs where messages were lost', () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 });
    const tick = fc.record({ order, lost: fc.boolean() });
    fc.assert(
      fc.property(order, fc.array(tick, { minLength: 1, maxLength: 20 }), (first, ticks) => {
        const store = new FeedStore('live');
        let server = feedOf(first);
        store.begin('e1', 0, 0, server, NOW);
        ticks.push({ order: [5, 4], lost: false });
        ticks.forEach(({ order: next, lost }, i) => {
          const after = feedOf(next, { leaderLap: i + 2 });
          const message = messageOf(i + 1, server, after);
          server = after;
          if (!lost && store.apply(message, NOW) === 'gap') store.begin('e1', i + 1, 0, server, NOW);
        });
        expect(store.holding).toEqual({ holding: 'race', feed: server });
        expect(store.order).toEqual([5, 4]);
      }),
    );
  });
});
