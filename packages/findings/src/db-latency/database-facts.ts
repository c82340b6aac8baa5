import type {
  DatabaseFailureKind,
  DatabaseProbe,
  Finding,
  FindingEvidence,
  OpsDatabase,
  OpsSnapshot,
} from '@okboxbox/protocol';
import type { CauseOf } from '../failure-mode.js';
import { earlier, eventIds, figure, inWords, limitOf } from '../finding.js';
import { MODE } from './mode.js';

/** A lock that was seen counts for so long, in ms: probes come every two seconds while there is trouble. */
const FRESH_MS = 10_000;
/** What a probe has found counts for so long, in ms: on a slow line the next one takes its time. */
const PROBE_FRESH_MS = 15_000;
/** A probe gives up 2 KB that have not come back after so long, in ms. */
const ECHO_GIVEN_UP_MS = 2_500;
/** What a probe finds where the database does its work. */
const ANSWERS: readonly DatabaseProbe['found'][] = ['answers', 'busy'];
/** These take long only because something else does: nobody explains them. */
const NO_STATEMENTS: ReadonlySet<string> = new Set(['connect', 'begin', 'start transaction', 'rollback', 'commit']);

export type RunningStatement = NonNullable<OpsDatabase['running']>[number];
export type FailingStatement = NonNullable<OpsDatabase['failing']>[number];

export function isBelieved(snapshot: OpsSnapshot, cause: CauseOf<typeof MODE>): boolean {
  return earlier(snapshot, MODE.code, {}, cause) !== undefined;
}

/** Whether a name is of something that can be slow by itself. */
export function isStatement(name: string): boolean {
  return !NO_STATEMENTS.has(name);
}

/** The newest probe; `null` where it is too old to count, or there was none. */
export function probeOf({ at, database }: OpsSnapshot): DatabaseProbe | null {
  const probe = database?.probe ?? null;
  return probe !== null && at - probe.at <= PROBE_FRESH_MS ? probe : null;
}

/** The newest probe, where the database did its work. */
export function answeringProbe(snapshot: OpsSnapshot): DatabaseProbe | null {
  const probe = probeOf(snapshot);
  return probe !== null && ANSWERS.includes(probe.found) ? probe : null;
}

/** How long the line to the database holds up each answer, in ms, by the newest probe; `null` where that is not known. */
export function lineMsOf(snapshot: OpsSnapshot): number | null {
  const line = answeringProbe(snapshot)?.line ?? null;
  return line && Math.max(line.answerMs, line.echoMs ?? ECHO_GIVEN_UP_MS);
}

/** Whether the line to the database is what answers wait for, and not this process. */
export function isSlowLine(snapshot: OpsSnapshot): boolean {
  const lineMs = lineMsOf(snapshot);
  const limit = limitOf(MODE.bounds.lineMs, isBelieved(snapshot, 'slow_line'));
  return lineMs !== null && lineMs >= limit && lineMs > snapshot.summary.eventLoop.delayMaxMs;
}

/** The newest statement that fails by one of these kinds. */
export function failingBy(
  { database }: OpsSnapshot,
  ...kinds: readonly DatabaseFailureKind[]
): FailingStatement | undefined {
  return database?.failing?.find(({ kind }) => kinds.includes(kind));
}

/** The lock that was seen last, where that is not over. */
export function newestLock({ at, database }: OpsSnapshot) {
  return database?.locks?.find((lock) => at - lock.at <= FRESH_MS && lock.waitedMs >= MODE.bounds.lockedMs.raise);
}

export function evidenceOf(snapshot: OpsSnapshot): FindingEvidence[] {
  const { database, eventLoop } = snapshot.summary;
  const { bounds } = MODE;
  const probe = probeOf(snapshot);
  return [
    ...(probe === null ? [] : [figure('probe.found', probe.found, 'answers'), figure('probe.tookMs', probe.tookMs)]),
    figure('database.pool.waiting', database.pool.waiting, bounds.waiting.raise),
    figure('database.pool.idle', database.pool.idle, 1),
    figure('database.acquireMsP95', database.acquireMsP95, bounds.acquireMs.raise),
    figure('database.queryMsP95', database.queryMsP95, bounds.queryMs.raise, eventIds(snapshot, ['db_error'])),
    figure('eventLoop.delayMaxMs', eventLoop.delayMaxMs, bounds.loopMs.raise),
    figure('eventLoop.utilization', eventLoop.utilization, bounds.utilization.raise),
  ];
}

/** What the event loop is not to blame for: nothing, where it was held up. */
export function loopRuledOut({ summary }: OpsSnapshot): Finding['ruledOut'] {
  const { delayMaxMs } = summary.eventLoop;
  if (delayMaxMs >= MODE.bounds.loopMs.raise) return [];
  return [{ cause: 'event_loop', because: `it was blocked for ${Math.round(delayMaxMs)} ms at most` }];
}

/** A pool that is full while queries wait may be what they wait for. */
export function poolRuledOut({ summary }: OpsSnapshot): Finding['ruledOut'] {
  const { waiting, idle, total, max } = summary.database.pool;
  if (waiting >= MODE.bounds.waiting.raise && idle === 0 && total >= max) return [];
  const because = `${idle} connections are idle, ${total} of ${max} are open, ${waiting} queries wait`;
  return [{ cause: 'pool_exhausted', because }];
}

/** That the database can be reached, where that was seen. */
export function reachRuledOut(snapshot: OpsSnapshot): Finding['ruledOut'] {
  const probe = answeringProbe(snapshot);
  const { state } = snapshot.summary.database;
  if (probe === null) {
    return state === 'ok' && !isWaitingLong(snapshot)
      ? [{ cause: 'server_unreachable', because: `its state is "${state}"` }]
      : [];
  }
  const because = `a probe found after ${inWords(probe.tookMs)}: ${probe.because}`;
  return [
    { cause: 'server_unreachable', because },
    { cause: 'not_answering', because },
  ];
}

/** That no statement waits for a lock, where a probe would have seen it. */
export function lockRuledOut(snapshot: OpsSnapshot): Finding['ruledOut'] {
  if (answeringProbe(snapshot)?.found !== 'answers' || newestLock(snapshot) !== undefined) return [];
  return [{ cause: 'locked', because: 'the probe has seen no statement that waits for a lock' }];
}

/** Whether anything has waited for the database for longer than it should. */
export function isWaitingLong({ database }: OpsSnapshot): boolean {
  return database?.running?.some(({ ageMs }) => ageMs >= MODE.bounds.slowMs.raise) ?? false;
}
