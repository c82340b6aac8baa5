import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closeLeft,
  FOLLOWS_NOTHING,
  type Following,
  followedBy,
  followsAt,
  isFollowedAt,
  onChoice,
  onEnded,
  onMainFeed,
  onMarked,
  shifted,
} from './following.js';

const always = () => true;
const never = () => false;
const feed = (before: Following, sessionId: string, now: number, isRunning = always) =>
  onMainFeed(before, { relayId: 'main', sessionId }, now, isRunning);
const choose = (before: Following, sessionId: string, now: number, delay = 0) =>
  onChoice(before, sessionId, { now, onAirUpTo: now - delay }, always);
const shown = (following: Following, at: number) => followsAt(following, at)[0]?.sessionId;

describe('what a show follows', () => {
  it('is the first relay that fed it, and that relay’s next sessions', () => {
    const first = feed(FOLLOWS_NOTHING, 'one', 10);
    expect(first.mainFeed).toEqual({ relayId: 'main', isMarked: false, sessionId: 'one' });
    expect(onMainFeed(first, { relayId: 'other', sessionId: 'drive' }, 20, always)).toBe(first);
    expect(feed(first, 'one', 20)).toBe(first);
    expect(followedBy(feed(first, 'two', 30))).toBe('two');
  });

  it('is what somebody chose until the main feed opens its next session', () => {
    const chosen = choose(feed(FOLLOWS_NOTHING, 'one', 10), 'drive', 20);
    expect(followedBy(feed(chosen, 'one', 30))).toBe('drive');
    expect(followedBy(feed(chosen, 'two', 30))).toBe('two');
    const marked = onMarked(chosen, 'other', 'drive');
    expect(followedBy(feed(marked, 'two', 30))).toBe('drive');
    expect(followedBy(onMainFeed(marked, { relayId: 'other', sessionId: 'next' }, 30, always))).toBe('next');
  });

  it('changes in the picture when its instant is due, and a choice that was not seen is undone without a trace', () => {
    const one = feed(FOLLOWS_NOTHING, 'one', 10);
    const chosen = choose(one, 'drive', 100, 30);
    expect([shown(chosen, 99), shown(chosen, 100)]).toEqual(['one', 'drive']);
    expect(choose(chosen, 'one', 110, 30)).toEqual(one);
    const late = choose(chosen, 'one', 140, 30);
    expect([99, 100, 139, 140].map((at) => shown(late, at))).toEqual(['one', 'drive', 'drive', 'one']);
  });

  it('leaves nothing public of what comes after it was left, but for the last frames of the main feed’s session', () => {
    const one = feed(FOLLOWS_NOTHING, 'one', 10);
    const ended = feed(one, 'two', 100, never);
    expect(isFollowedAt(ended, 'one', 1e6)).toBe(true);
    const left = feed(one, 'two', 100);
    expect(isFollowedAt(left, 'one', 100)).toBe(false);
    expect(isFollowedAt(onEnded(left, 'one', true, 3_000), 'one', 1e6)).toBe(true);
    expect(isFollowedAt(onEnded(left, 'one', false, 3_000), 'one', 1e6)).toBe(false);
    expect(isFollowedAt(onEnded(left, 'one', true, 1_000_000), 'one', 2e6)).toBe(false);
    const chosen = choose(one, 'drive', 100);
    expect(isFollowedAt(onEnded(chosen, 'one', true, 3_000), 'one', 1e6)).toBe(false);
    expect(isFollowedAt(closeLeft(ended, 'one', 5_000), 'one', 5_000)).toBe(false);
    expect(closeLeft(ended, 'two', 5_000)).toBe(ended);
  });

  it('is carried to another clock, and never into its future where nobody knows that clock', () => {
    const two = feed(feed(FOLLOWS_NOTHING, 'one', 10), 'two', 100);
    expect(shifted(two, 50, 0).follows.map(({ from, until }) => [from, until])).toEqual([
      [60, 150],
      [150, null],
    ]);
    expect(shown(shifted(two, null, 40), 40)).toBe('two');
  });

  it('is one session at each instant, and nothing is shown of one that was not followed then', () => {
    const sessions = fc.constantFrom('a', 'b', 'c');
    const step = fc.record({
      does: fc.constantFrom('feed', 'choose', 'end', 'back', 'mark'),
      sessionId: sessions,
      afterMs: fc.integer({ min: 1, max: 50_000 }),
      isRunning: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 60_000 }), (steps, delay) => {
        let following = FOLLOWS_NOTHING;
        let now = 1_000;
        const seen = new Map<number, string | undefined>();
        for (const { does, sessionId, afterMs, isRunning } of steps) {
          now += afterMs;
          const aired = now - delay;
          seen.set(aired - 1, shown(following, aired - 1));
          if (does === 'feed') following = feed(following, sessionId, now, () => isRunning);
          if (does === 'choose') following = choose(following, sessionId, now, delay);
          if (does === 'end') following = onEnded(following, sessionId, isRunning, now);
          if (does === 'back') following = closeLeft(following, sessionId, now);
          if (does === 'mark') following = onMarked(following, 'main', sessionId);
          // What a picture has shown is not changed behind its back.
          for (const [at, was] of seen) expect(shown(following, at)).toBe(was);
          const last = followedBy(following);
          if (last !== null) expect(shown(following, now)).toBe(last);
          for (const id of ['a', 'b', 'c']) {
            if (!following.follows.some((each) => each.sessionId === id)) {
              expect(isFollowedAt(following, id, now)).toBe(false);
            }
          }
        }
      }),
    );
  });
});
