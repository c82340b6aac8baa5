import type { PaceClock } from '@okboxbox/sims';

const LOOK_MS = 1_000;
/** Shorter ones are told to nobody, in ms. */
const LONG_MS = 5_000;

/**
 * Says when this process stood still: the PC slept, or gave it no time. Returns the way to stop watching.
 */
export function watchStandStill(clock: PaceClock, say: (text: string) => void): () => void {
  let before = clock.now();
  const timer = setInterval(() => {
    const now = clock.now();
    const stoodMs = now - before - LOOK_MS;
    before = now;
    if (stoodMs < LONG_MS) return;
    const seconds = Math.round(stoodMs / 1000);
    say(`This PC slept, or gave the relay no time, for ${seconds} s. What the sim showed meanwhile was not seen.`);
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
