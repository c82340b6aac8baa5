import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from './clock.js';

const FILE = 'clock.json';
/** How exactly an uptime is told, in ms: a clock may have been set by this much more than it looks. */
const UPTIME_STEP_MS = 10;
/** How often the clock is held against the machine's uptime, in ms: it stands while the machine sleeps. */
const LOOK_MS = 1_000;

const stored = z.object({ boot: z.string(), aheadMs: z.number().finite() });

/** How long this machine has been up, and which start of it that is; `boot` is `null` where the system does not tell. */
export interface Uptime {
  readonly boot: string | null;
  readonly ms: number;
}

/** This machine's uptime, asleep or not. */
export function machineUptime(): Uptime {
  let boot: string | null = null;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux: nobody tells one start of the machine from another.
  }
  return { boot, ms: uptime() * 1000 };
}

/** What the server's clock was set between two runs on a data directory. */
export interface ClockShift {
  /**
   * What it was set forward, in ms; below 0 where it was set back. Never less than it was, lest something look older than it
   * is. `null` where nobody knows: the machine was started anew, or the run before did not get far enough to note its clock.
   */
  readonly shiftMs: number | null;
  /**
   * Notes this run's clock for the next, now and whenever the machine has slept. Until it is called the next run would know
   * nothing, so call it when all that is kept from before counts by this run's clock. Returns the way to stop.
   */
  settle(): Promise<() => void>;
}

/**
 * Finds out what the clock was set by the machine's uptime, which nobody sets and which goes on while the machine sleeps.
 */
export async function clockShift(dataDir: string, clock: Clock, uptime: () => Uptime): Promise<ClockShift> {
  const path = join(dataDir, FILE);
  const before = await readFile(path, 'utf8').catch(() => null);
  const { boot, ms } = uptime();
  const aheadMs = clock.now() - ms;
  // A run that ends before it has settled must not be taken for one that has.
  await note(path, '', aheadMs);
  return {
    shiftMs: shiftSince(before, boot, aheadMs),
    settle: async () => {
      let noted = aheadMs;
      await note(path, boot ?? '', aheadMs);
      const timer = setInterval(() => {
        const now = clock.now() - uptime().ms;
        if (Math.abs(now - noted) <= UPTIME_STEP_MS) return;
        noted = now;
        void note(path, boot ?? '', now).catch(() => undefined);
      }, LOOK_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function shiftSince(before: string | null, boot: string | null, aheadMs: number): number | null {
  const known = stored.safeParse(before === null ? null : safeJson(before));
  if (!known.success || boot === null || known.data.boot !== boot) return null;
  return Math.ceil(aheadMs - known.data.aheadMs) + UPTIME_STEP_MS;
}

async function note(path: string, boot: string, aheadMs: number): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify({ boot, aheadMs }));
  await rename(`${path}.new`, path);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
