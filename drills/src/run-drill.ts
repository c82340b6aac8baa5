import type { Drill } from './drill.js';
import { CLEARED_WITHIN_MS, untilCleared, untilSilent, type Verdict, watchFor } from './judge.js';
import { TestSystem } from './test-system.js';

/** How long a system may take to be well before it is broken, in ms: its database starts, and its relay's clock is asked. */
const WELL_MS = 30_000;

/** What came of a drill on a system of its own. */
export interface DrillResult extends Verdict {
  readonly drill: Drill;
  /** How long after the fix nothing was found any more; `null` where it was not so in time. */
  readonly clearedAfterMs: number | null;
}

/**
 * Runs a drill from its beginning to its end on a system of its own, which is well before.
 * @throws Error where the system cannot be started, is not well, or cannot be broken or repaired.
 */
export async function runDrill(drill: Drill): Promise<DrillResult> {
  const system = await TestSystem.start(drill.on === 'system' ? drill.like : {});
  try {
    await untilSilent(system, WELL_MS);
    const fix = await drill.inject(system);
    const verdict = await watchFor(system, drill);
    await fix();
    const clearedAfterMs = await untilCleared(system, drill.code);
    return { ...verdict, drill, clearedAfterMs };
  } finally {
    await system.end();
  }
}

/** A result in a line, with its times. */
export function resultLine({ drill, found, clearedAfterMs }: DrillResult): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const foundIn = found === null ? 'not found' : `found after ${seconds(found.afterMs)}`;
  const clearedIn =
    clearedAfterMs === null
      ? `not cleared in ${seconds(CLEARED_WITHIN_MS)}`
      : `cleared after ${seconds(clearedAfterMs)}`;
  return `${drill.name}: ${drill.code}/${drill.cause} ${foundIn}, ${clearedIn}`;
}
