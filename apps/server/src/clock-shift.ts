import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from './clock.js';

const FILE = 'clock.json';
/** Less than this is how exactly an uptime is told, in ms. */
const NOISE_MS = 50;

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

/**
 * What the server's clock was set forward since its last run on a data directory, in ms, by the machine's uptime, which
 * nobody sets; below 0 where it was set back. `null` where nobody knows: the machine was started anew. Notes this run's for the next.
 */
export async function clockShift(dataDir: string, clock: Clock, up: Uptime): Promise<number | null> {
  const path = join(dataDir, FILE);
  const aheadMs = clock.now() - up.ms;
  const before = await readFile(path, 'utf8').catch(() => null);
  await writeFile(`${path}.new`, JSON.stringify({ boot: up.boot ?? '', aheadMs }));
  await rename(`${path}.new`, path);
  // Nothing is there from before either.
  if (before === null) return 0;
  const known = stored.safeParse(safeJson(before));
  if (!known.success || up.boot === null || known.data.boot !== up.boot) return null;
  const shiftMs = Math.round(aheadMs - known.data.aheadMs);
  return Math.abs(shiftMs) <= NOISE_MS ? 0 : shiftMs;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
