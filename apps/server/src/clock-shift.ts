import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from './clock.js';
import { DataDirError, diskReason, readStored } from './data-files.js';
import type { Logger } from './log.js';
import { replaceFile } from './replace-file.js';

const FILE = 'clock.json';
/** How exactly an uptime is told, in ms: a clock may have been set by this much more than it looks. */
const UPTIME_STEP_MS = 10;
/** How often the clock is compared with the machine's uptime, in ms: it stands while the machine sleeps. */
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
 * A note that cannot be read counts as none: nobody knows then what the clock was set.
 * @throws DataDirError where the note of the run before is there and can be neither replaced nor removed
 */
export async function clockShift(
  dataDir: string,
  clock: Clock,
  uptime: () => Uptime,
  log?: Logger,
): Promise<ClockShift> {
  const path = join(dataDir, FILE);
  const before = await readStored(path, stored);
  if (before.state === 'damaged') {
    log?.warn({ path, because: before.because }, 'it is not known what the clock was set since the last run');
  }
  const { boot, ms } = uptime();
  const aheadMs = clock.now() - ms;
  // A run that ends before it has settled must not be taken for one that has.
  await unsettle(path, aheadMs, before.state === 'read');
  return {
    shiftMs: before.state === 'read' ? shiftSince(before.value, boot, aheadMs) : null,
    settle: async () => {
      let noted: number | null = null;
      const look = async (now: number) => {
        if (noted !== null && Math.abs(now - noted) <= UPTIME_STEP_MS) return;
        // One that fails is tried again at the next look: until then the next run would know nothing.
        await note(path, boot ?? '', now).then(
          () => {
            noted = now;
          },
          () => undefined,
        );
      };
      await look(aheadMs);
      const timer = setInterval(() => void look(clock.now() - uptime().ms), LOOK_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function shiftSince(before: z.infer<typeof stored>, boot: string | null, aheadMs: number): number | null {
  if (boot === null || before.boot !== boot) return null;
  return Math.ceil(aheadMs - before.aheadMs) + UPTIME_STEP_MS;
}

/** Sees to it that the next run knows nothing of the clock, also where the disk is full. */
async function unsettle(path: string, aheadMs: number, wasSettled: boolean): Promise<void> {
  try {
    await note(path, '', aheadMs);
  } catch (error) {
    const isGone = await rm(path, { force: true }).then(
      () => true,
      () => false,
    );
    if (isGone || !wasSettled) return;
    throw new DataDirError(`${path} cannot be written: ${diskReason(error)}. Remove it, and start again.`);
  }
}

function note(path: string, boot: string, aheadMs: number): Promise<void> {
  return replaceFile(path, JSON.stringify({ boot, aheadMs }));
}
