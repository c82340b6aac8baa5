import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Beats, type BeatTaken } from './beats.js';

/** Beats every two seconds; each is what a good one is but for what is given. */
function after(...given: Partial<BeatTaken>[]) {
  const beats = new Beats();
  let at = 100_000;
  for (const each of given) {
    at += 2_000;
    beats.take({ at, shownAt: at - 100, rttMs: 30, isHidden: false, sentAt: at - 50, joinedAt: 0, ...each });
  }
  return { beats, at, after: (ms: number, attentiveSince = 0) => beats.judge(at + ms, attentiveSince) };
}

describe('the beats of a connection', () => {
  it('say that it is dead when none has come for over 5 s', () => {
    const { after: judged } = after({}, {});
    expect([0, 2_000, 5_000, 5_001].map((ms) => judged(ms))).toEqual(['ok', 'ok', 'ok', 'dead']);
  });

  it('are no silence where this server did not read them', () => {
    const { at, after: judged } = after({});
    expect(judged(8_000, at + 7_000)).toBe('ok');
    expect(judged(12_001, at + 7_000)).toBe('dead');
  });

  it('may be a minute apart while the page is in the background, and tell nothing else then', () => {
    const hidden = { isHidden: true, rttMs: 9_000, shownAt: 1 };
    const { after: judged } = after(hidden, hidden, hidden);
    expect([60_000, 90_001].map((ms) => judged(ms))).toEqual(['ok', 'dead']);
    // What comes to the front has not painted yet.
    expect(after(hidden, { shownAt: 1 }).after(0)).toBe('ok');
  });

  it('say that it is slow where two answers in a row took over 2 s, and no more when one is quick', () => {
    expect(after({ rttMs: 2_500 }).after(0)).toBe('ok');
    expect(after({}, { rttMs: 2_500 }, {}, { rttMs: 2_500 }).after(0)).toBe('ok');
    expect(after({ rttMs: 2_500 }, { rttMs: 4_000 }).after(0)).toBe('slow');
    expect(after({ rttMs: 2_500 }, { rttMs: 4_000 }, {}).after(0)).toBe('ok');
  });

  it('say that the page is behind where it shows what is over 5 s older than what it was sent, twice', () => {
    const old = { shownAt: 1_000, sentAt: 9_000 };
    expect(after(old).after(0)).toBe('ok');
    expect(after(old, old).after(0)).toBe('behind');
    expect(after(old, old, {}).after(0)).toBe('ok');
  });

  it('of a page that shows nothing count from when it joined, and only once something was sent to it', () => {
    const nothing = { shownAt: null, joinedAt: 90_000 };
    expect(after(nothing, nothing).after(0)).toBe('behind');
    const unsent = { ...nothing, sentAt: null };
    expect(after(unsent, unsent).after(0)).toBe('ok');
  });

  it('are the answers to pings where it sends none: dead or slow, and never behind', () => {
    const script = new Beats();
    for (const at of [2_000, 4_000]) script.answered(at, 30);
    expect([0, 5_000, 5_001].map((ms) => script.judge(4_000 + ms, 0))).toEqual(['ok', 'ok', 'dead']);
    for (const at of [20_000, 24_000]) script.answered(at, 3_000);
    expect(script.judge(24_000, 0)).toBe('slow');
    expect(script).toMatchObject({ isOwn: false, behindMs: null, shownAt: null });
    // What it says itself counts, and no answer to a ping after it.
    const page = after({}).beats;
    page.answered(200_000, 1);
    expect(page).toMatchObject({ isOwn: true, rttMs: 30 });
  });

  it('of a picture that is held for its delay are not behind: nothing newer was sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 4_000 }), (sentAt, lagMs) => {
        const held = { sentAt, shownAt: sentAt - lagMs };
        expect(after(held, held, held).after(0)).toBe('ok');
      }),
    );
  });
});
