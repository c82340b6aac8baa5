import { describe, expect, it } from 'vitest';
import {
  airedSession,
  airingKey,
  airingOf,
  delayState,
  dueFor,
  isAiring,
  isPublic,
  positionFor,
  publicDelayState,
  type ShowRecord,
  unknownShow,
} from './show-record.js';

const NOW = 100_000;
const OUTPUTS = [0, 'public'] as const;

/** A published show that is 10 s behind and went from one session to the next at 80,000. */
function show(over: Partial<ShowRecord> = {}): ShowRecord {
  return {
    ...unknownShow('local'),
    published: true,
    delay: { delayMs: 10_000, playhead: { moves: 'running' } },
    following: {
      mainFeed: null,
      follows: [
        { sessionId: 'sess_1', from: 0, until: 80_000, by: 'main-feed' },
        { sessionId: 'sess_2', from: 80_000, until: null, by: 'main-feed' },
      ],
    },
    airing: [session('sess_1'), session('sess_2')],
    ...over,
  };
}

const session = (sessionId: string, over: { hasAired?: boolean; hasEnded?: boolean; isAwaited?: boolean } = {}) => {
  const { hasAired = true, hasEnded = false, isAwaited = false } = over;
  return {
    sessionId,
    isAwaited,
    hasEnded,
    outputs: OUTPUTS.map((extra) => ({ extra, isAwaited: false, hasAired, hasEnded: false })),
  };
};

describe('what a record of a show says', () => {
  it('is of the session that the show followed at the instant on air, not at the present one', () => {
    expect(airedSession(show(), 0, NOW)).toBe('sess_2');
    expect(airedSession(show(), 0, 89_000)).toBe('sess_1');
    expect(airingOf(show(), 'sess_1', 0, 89_000)).toEqual({ published: true, followed: true });
    expect(airingOf(show(), 'sess_1', 0, NOW)).toEqual({ published: true, followed: false });
    expect(airingOf(show(), 'sess_1', 15_000, NOW)).toEqual({ published: true, followed: true });
  });

  it('has no session on air where nothing has aired, and waits for a line that is being made', () => {
    const nothing = [session('sess_1', { hasAired: false }), session('sess_2', { hasAired: false })];
    expect(airedSession(show({ airing: nothing }), 0, NOW)).toBeNull();
    const awaited = [session('sess_1'), session('sess_2', { hasAired: false, isAwaited: true })];
    expect(airedSession(show({ airing: awaited }), 0, NOW)).toBeNull();
    expect(airedSession(show({ airing: [] }), 0, NOW)).toBe('sess_2');
  });

  it('is public only once published, and once the delay has reached what was not public before', () => {
    expect(isPublic(show({ published: false }), NOW)).toBe(false);
    expect(isPublic(show({ publicFrom: 95_000 }), NOW)).toBe(false);
    expect(isPublic(show({ publicFrom: 95_000 }), 105_000)).toBe(true);
    expect(isPublic(unknownShow('local'), NOW)).toBe(false);
  });

  it('keeps from the public that a session has ended before its end has aired', () => {
    const ending = show({ airing: [session('sess_2', { hasEnded: true })] });
    expect(delayState(ending, 'sess_2', 'graphics', NOW)).toMatchObject({ state: 'ending', delayMs: 10_000 });
    expect(publicDelayState(ending, 'sess_2', 'graphics', NOW)).toMatchObject({ state: 'running', delayMs: 10_000 });
    const held = show({ airing: [session('sess_2', { hasAired: false })] });
    expect(publicDelayState(held, 'sess_2', 'graphics', NOW)).toMatchObject({ state: 'holding' });
    expect([isAiring(ending, 'sess_2'), isAiring(ending, 'sess_1')]).toEqual([true, false]);
  });

  it('DLY-17: has the public picture its own time behind the graphics, and tells its viewers of that alone', () => {
    const later = show({ publicExtraMs: 15_000 });
    expect([airedSession(later, 0, NOW), airedSession(later, 'public', NOW)]).toEqual(['sess_2', 'sess_1']);
    expect(airingOf(later, 'sess_2', 'public', NOW)).toEqual({ published: true, followed: false });
    expect([positionFor(later, 0, NOW), positionFor(later, 'public', NOW)]).toEqual([90_000, 75_000]);
    expect([dueFor(later, 0, 95_000, NOW), dueFor(later, 'public', 95_000, NOW)]).toEqual([105_000, 120_000]);
    expect(publicDelayState(later, 'sess_2', 'public', NOW)).toEqual({
      sessionId: 'sess_2',
      state: 'running',
      delayMs: 25_000,
    });
    expect(isPublic(show({ publicExtraMs: 15_000, publicFrom: 90_000 }), 114_000)).toBe(false);
    expect(isPublic(show({ publicExtraMs: 15_000, publicFrom: 90_000 }), 115_000)).toBe(true);
  });

  it('waits after a restart for each output that had aired, and for no other', () => {
    const outputs = [
      { extra: 0, isAwaited: false, hasAired: true, hasEnded: false },
      { extra: 'public' as const, isAwaited: true, hasAired: false, hasEnded: false },
    ];
    const back = show({ airing: [session('sess_1'), { ...session('sess_2'), outputs }] });
    expect([airedSession(back, 0, NOW), airedSession(back, 'public', NOW)]).toEqual(['sess_2', null]);
  });

  it('has another key whenever another session may be seen', () => {
    const keys = [
      airingKey(show(), NOW),
      airingKey(show(), 89_000),
      airingKey(show({ published: false }), NOW),
      airingKey(show({ following: { mainFeed: null, follows: [] } }), NOW),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(airingKey(show(), NOW + 5_000)).toBe(keys[0]);
  });
});
