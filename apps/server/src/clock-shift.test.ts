import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clockShift } from './clock-shift.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'clock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A run of the server that starts `upMs` after the machine, with its clock so far ahead of that. */
async function run(upMs: number, aheadMs: number, boot: string | null = 'one', settles = true): Promise<number | null> {
  const { shiftMs, settle } = await clockShift(dir, { now: () => upMs + aheadMs }, () => ({ boot, ms: upMs }));
  if (settles) (await settle())();
  return shiftMs;
}

describe('what the clock was set between two runs', () => {
  it('DLY-9: is never told as less than it was, and hardly as more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.double({ min: -1e7, max: 1e7, noNaN: true }),
        async (ahead, setMs) => {
          await run(1_000, ahead);
          const shiftMs = (await run(9_000, ahead + setMs)) ?? Number.NaN;
          expect(shiftMs).toBeGreaterThanOrEqual(setMs);
          expect(shiftMs).toBeLessThan(setMs + 12);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is not known on a machine that was started anew, or where the system does not tell', async () => {
    expect(await run(1_000, 0)).toBeNull();
    expect(await run(500, 0, 'two')).toBeNull();
    expect(await run(900, 0, null)).toBeNull();
    expect(await run(1_500, 0, 'two')).toBeNull();
    expect(await run(2_000, 0, 'two')).not.toBeNull();
  });

  it('is not known after a run that ended before all of before counted by its clock', async () => {
    await run(1_000, 0);
    await run(2_000, 60_000, 'one', false);
    expect(await run(3_000, 60_000)).toBeNull();
  });
});
