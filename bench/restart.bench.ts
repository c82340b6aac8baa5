import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { serialize } from 'node:v8';
import { startProgram } from '@okboxbox/drills';
import { encodeRecord, readRecord } from '@okboxbox/protocol';
import { foldSession, Session } from '@okboxbox/server/session';
import { openSource } from '@okboxbox/sims';
import { pino } from 'pino';

/**
 * A server that is killed in hour 23 of a simulated 24-hour race of 60 cars at 10 Hz: how long until it serves again. In
 * the same run the whole timeline is folded from its beginning, and must come to the same state: laps, events, gaps; and
 * a moment in hour 12 is sought.
 */

const HOURS = 23;
const CARS = 60;
/** Just before a checkpoint that is kept: as far to fold as it gets. */
const SEEK_S = 12 * 3_600 - 10;
const BUDGET_MS = 2_000;

const log = pino({ level: 'silent' });
const dataDir = mkdtempSync(join(tmpdir(), 'bench-restart-'));
const sessions = join(dataDir, 'sessions');
const facts = { sessionId: 'sess_bench', show: 'bench', sim: 'bench', simSessionKey: '1:0', startedAt: 0 };
const dir = join(sessions, facts.sessionId);

// The server's clock goes with the race, so that checkpoints are as far apart as on a race night.
let now = 0;
const world = { clock: { now: () => now }, log };
const session = await Session.begin(sessions, facts, world);
const stream = session.openStream('bench', 'run', true);
const race = await openSource(`demo:restart,cars=${CARS},minutes=1440`, { cwd: '.' });
let seq = 0;
let frames = 0;
let longestMs = 0;
// What the engine keeps besides laps and race events must not grow with the race.
const stateKb = () => Math.round(serialize(session.state.image()).length / 1024);
let hourOneKb = 0;
for await (const source of race.read()) {
  if (source.kind === 'frame') {
    if (source.sessionTime > HOURS * 3_600) break;
    frames += 1;
    now = source.sessionTime * 1000;
    if (hourOneKb === 0 && source.sessionTime > 3_600) hourOneKb = stateKb();
  }
  seq += 1;
  const record = readRecord(encodeRecord(source, seq));
  const begin = performance.now();
  session.receive(stream, record);
  longestMs = Math.max(longestMs, performance.now() - begin);
  if (seq % 200 === 0) await session.durableRanges(stream);
}
await session.durableRanges(stream);
// Nothing is closed: to the disk it is the same as a killed process.

const lastHourKb = stateKb();

const fold = async (until?: number) => {
  const begin = performance.now();
  const folded = await foldSession(dir, { repair: false, log, ...(until && { until }) });
  return { tookMs: performance.now() - begin, state: folded?.state };
};
const restored = await fold();
const sought = await fold(SEEK_S);
const serves = await serverOn(dataDir);
renameSync(join(dir, 'checkpoint'), join(dir, 'checkpoint.aside'));
const whole = await fold();
const same =
  restored.state !== undefined &&
  whole.state !== undefined &&
  isDeepStrictEqual(whole.state.timing, restored.state.timing) &&
  whole.state.framesTotal === restored.state.framesTotal;
rmSync(dataDir, { recursive: true });

console.log(
  JSON.stringify({
    bench: 'restart',
    cars: CARS,
    hours: HOURS,
    frames,
    laps: whole.state?.timing.laps.length,
    events: whole.state?.timing.events.length,
    stateKbInHour1: hourOneKb,
    stateKbInLastHour: lastHourKb,
    sameState: same,
    fromCheckpointMs: Math.round(restored.tookMs),
    wholeTimelineMs: Math.round(whole.tookMs),
    seekMs: Math.round(sought.tookMs),
    servesAfterMs: Math.round(serves),
    longestReceiveMs: Math.round(longestMs * 10) / 10,
    budgetMs: BUDGET_MS,
    withinBudget: same && serves <= BUDGET_MS,
  }),
);
if (!same) throw new Error('The state from the checkpoint is not that of the whole timeline.');

/** Milliseconds from starting a server process on a data folder until it answers for the session. */
async function serverOn(folder: string): Promise<number> {
  // Below the ports that connections go out from: a call there before the server listens could meet itself.
  const port = 20_000 + (process.pid % 10_000);
  const begin = performance.now();
  const env = { PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'silent' };
  const child = startProgram(['server'], { env }).process;
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
      const ready = await fetch(`http://127.0.0.1:${port}/api/health/ready`).catch(() => null);
      if (ready?.ok) return performance.now() - begin;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    if (child.exitCode === null) {
      child.kill();
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }
}
