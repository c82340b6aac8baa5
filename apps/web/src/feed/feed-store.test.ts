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

describe('FEED-17: a picture never goes back in time', () => {
  /** A store that shows the instant 49 s, by a server's clock that is the browser's. */
  const shown = () => {
    const store = begun();
    expect(store.at).toBe(49_000);
    return store;
  };
  const ended = (cars: readonly number[]) => {
    const feed = feedOf(cars);
    return { ...feed, session: { ...feed.session, status: 'ended' as const } };
  };

  it('a server that has not come as far after its start is followed, and not shown until it has', () => {
    const store = shown();
    const states = [feedOf([9]), feedOf([9, 3]), feedOf([9, 3, 7])] as const;
    store.begin('e2', 1, 48_000, states[0], NOW);
    expect([store.order, store.at, store.freshAt, store.isKept]).toEqual([[7, 3, 9], 49_000, 49_000, true]);
    expect(store.position).toEqual({ epoch: 'e2', seq: 1 });
    const message = (seq: number, at: number) => ({ ...messageOf(seq, states[seq - 2]!, states[seq - 1]!, 'e2'), at });
    expect(store.apply(message(2, 48_900), NOW)).toBe('applied');
    expect([store.order, store.isKept]).toEqual([[7, 3, 9], true]);
    expect(store.apply(message(3, 49_000), NOW + 200)).toBe('applied');
    expect([store.order, store.at, store.freshAt, store.isKept]).toEqual([[9, 3, 7], 49_000, NOW + 200, false]);
  });

  it('nor to a session of which nothing was read yet', () => {
    const store = shown();
    store.begin('e2', 0, null, feedOf([]), NOW);
    expect([store.order, store.isKept]).toEqual([[7, 3, 9], true]);
  });

  it('but to another session, to the end of this one and to another audience it goes', () => {
    const other = feedOf([1]);
    const session = { ...other.session, sessionId: 'sess_2' };
    const store = shown();
    store.begin('e2', 0, 1_000, { ...other, session }, NOW);
    expect(store.order).toEqual([1]);

    const final = shown();
    final.begin('e2', 0, 48_000, ended([9]), NOW);
    expect(final.order).toEqual([9]);

    const moved = shown();
    moved.setAudience('broadcast');
    moved.begin('e2', 0, 19_000, feedOf([9]), NOW);
    expect([moved.order, moved.at]).toEqual([[9], 19_000]);
  });

  it('nor does it wait for a clock that was set back', () => {
    const store = shown();
    store.setServerClock(NOW - 3_600_000, NOW);
    store.begin('e2', 0, NOW - 3_600_500, feedOf([9]), NOW);
    expect(store.order).toEqual([9]);
  });

  it('what is refused is gone, also where it was only kept', () => {
    const store = shown();
    store.begin('e2', 0, 48_000, feedOf([9]), NOW);
    store.refuse({ code: 'not_found', message: 'No.' });
    expect([store.order, store.isKept]).toEqual([[], false]);
    store.begin('e2', 0, 48_000, feedOf([9]), NOW);
    expect(store.order).toEqual([9]);
  });

  it('whatever states and changes come of however many starts', () => {
    const step = fc.record({ begins: fc.boolean(), at: fc.integer({ min: 0, max: NOW }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = shown();
        let [epoch, seq, newest] = [1, 10, 49_000];
        steps.forEach(({ begins, at }, i) => {
          const before = store.at as number;
          if (begins) {
            [epoch, seq, newest] = [epoch + 1, i, at];
            store.begin(`e${epoch}`, seq, at, feedOf([1]), NOW);
          } else {
            // Within an epoch instants only go forward.
            [seq, newest] = [seq + 1, Math.max(newest, at)];
            const message = { ...messageOf(seq, feedOf([1]), feedOf([1]), `e${epoch}`), at: newest };
            expect(store.apply(message, NOW)).toBe('applied');
          }
          expect(store.at).toBe(Math.max(before, newest));
          expect(store.isKept).toBe(newest < before);
        });
      }),
    );
  });
});

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

  it('leaves the server’s clock as it is where the answer may be wrong by more than it is off', () => {
    const store = begun();
    store.setServerClock(NOW + 40, NOW, 60);
    expect(store.ageOf(NOW, NOW)).toBe(0);
    store.setServerClock(NOW + 400, NOW, 60);
    expect(store.ageOf(NOW, NOW)).toBe(400);
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

  it('FEED-3, FEED-4: does not take a message twice, one after a gap, or one of another epoch', () => {
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
          if (!lost && store.apply(message, NOW) === 'gap') store.begin('e1', i + 1, message.at, server, NOW);
        });
        expect(store.holding).toEqual({ holding: 'race', feed: server });
        expect(store.order).toEqual([5, 4]);
      }),
    );
  });
});
