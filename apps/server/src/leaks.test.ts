import { describe, expect, it } from 'vitest';
import { Night } from './testing/leaks/night.js';

/** A night is repeated, as far as real time lets it, by its seed; `LEAK_MS` makes it longer. */
const SEED = Number(process.env.LEAK_SEED ?? Math.floor(Math.random() * 1_000_000));
const FOR_MS = Number(process.env.LEAK_MS ?? 45_000);

/** Without these nothing has been proven. */
const MUST_BE_SEEN = [
  ...(['feed', 'feed (json)', 'joined', 'joined (json)', 'broadcast:delay:state', 'session:moved', 'refusal'] as const),
  ...(['timing', 'chunk', 'sessions', 'problem', 'show state', 'table'] as const),
  ...(['pointer', 'keyframe', 'segment', 'watching', 'crowd'] as const),
];

describe(`the promise of the broadcast room (LEAK_SEED=${SEED})`, () => {
  it('DLY-1, DLY-12, DLY-17, PUB-1, PUB-5: nothing younger than the delay of its picture and nothing private comes to anyone without session:live', {
    timeout: 2 * FOR_MS + 90_000,
  }, async () => {
    const night = new Night({
      seed: SEED,
      forMs: FOR_MS,
      needs: MUST_BE_SEEN,
      shows: 3,
      outsiders: 36,
      callers: 8,
      readers: 10,
      restarts: true,
    });
    await night.run();
    const { leaks, seen } = night.witness;
    expect(leaks.slice(0, 20), `LEAK_SEED=${SEED}\n${night.happened.join('\n')}`).toEqual([]);
    for (const kind of MUST_BE_SEEN) expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(0);
  });
});
