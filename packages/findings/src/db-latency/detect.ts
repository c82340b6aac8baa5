import type { Finding, FindingStep, OpsSnapshot } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { figure, finding, inWords, limitOf } from '../finding.js';
import {
  answeringProbe,
  evidenceOf,
  isBelieved,
  isSlowLine,
  isStatement,
  lineMsOf,
  lockRuledOut,
  loopRuledOut,
  newestLock,
  poolRuledOut,
  reachRuledOut,
} from './database-facts.js';
import { MODE } from './mode.js';
import { unusable } from './reach.js';
import { refused } from './refused-statements.js';

/** Slow queries count for so long, in ms. */
const LATE_MS = 30_000;
/** The server gives a statement up after so long, in ms. */
const GIVEN_UP_MS = 15_000;
/** Slow by itself only where the disk is. */
const COMMIT = 'commit';
const SLOW_DISK: FindingStep = {
  text: 'The database waits for its disk. See what else writes to it, on the database’s machine.',
  command: 'iostat -x 1',
};
/** Statements that need no table and no disk. */
const NEEDS_NOTHING: ReadonlySet<string> = new Set(['begin', 'start transaction', 'rollback']);
const ABOUT_THEN_MS = 10_000;
/** Newest points of the history, 5 s apart, in which the event loop must have been busy as well. */
const BUSY_POINTS = 2;

/** Queries that take long, by where the time goes. */
export const dbLatency = defineFailureMode(MODE, {
  look(snapshot) {
    const found =
      unusable(snapshot) ??
      refused(snapshot) ??
      slowLine(snapshot) ??
      exhausted(snapshot) ??
      busyLoop(snapshot) ??
      slowQuery(snapshot) ??
      slowAcquire(snapshot);
    return found === null ? [] : [found];
  },
});

/** Every answer is late, also one that needs nothing of the database. */
function slowLine(snapshot: OpsSnapshot): Finding | null {
  const line = answeringProbe(snapshot)?.line;
  const lineMs = lineMsOf(snapshot);
  if (line == null || lineMs === null || !isSlowLine(snapshot)) return null;
  // A statement that waits for a lock does so on any line.
  if (newestLock(snapshot) !== undefined) return null;
  const came = line.echoMs === null ? '2 KB did not come back in time' : `2 KB came back after ${inWords(line.echoMs)}`;
  return finding(snapshot, MODE, 'slow_line', {
    summary: `Every answer of the database takes ${inWords(lineMs)} or longer.`,
    because: `A new connection waited ${inWords(line.answerMs)} for an answer that needs no table; ${came}.`,
    evidence: [
      figure('probe.line.connectMs', line.connectMs),
      figure('probe.line.answerMs', line.answerMs, MODE.bounds.lineMs.raise),
      figure('probe.line.echoMs', line.echoMs, MODE.bounds.lineMs.raise),
      ...evidenceOf(snapshot),
    ],
    // What connects is the system, whatever the database does; behind a proxy it says nothing.
    confidence: line.connectMs >= MODE.bounds.lineMs.raise || line.echoMs === null ? 'high' : 'medium',
    ruledOut: [
      { cause: 'slow_query', because: 'an answer that needs no table is as late' },
      ...reachRuledOut(snapshot),
      ...lockRuledOut(snapshot),
      ...loopRuledOut(snapshot),
    ],
  });
}

/** The embedded database has one connection: what to do is another thing. */
const EMBEDDED_POOL: FindingStep = {
  text: 'The embedded database has one connection: see which query holds it. If none holds it for long, use PostgreSQL.',
  command: 'DATABASE_URL=postgres://USER:PASSWORD@HOST/DATABASE',
  view: 'database',
};

function exhausted(snapshot: OpsSnapshot): Finding | null {
  const { database } = snapshot.summary;
  const { bounds } = MODE;
  const { waiting, idle, total, max } = database.pool;
  const [longest] = snapshot.database?.holders ?? [];
  const believed = isBelieved(snapshot, 'pool_exhausted');
  if (idle > 0 || total < max) return null;
  // A pool that is full for the moment is a pool that is used: somebody must hold on, or everybody wait for long.
  const holdsOn = longest !== undefined && longest.heldMs >= limitOf(bounds.heldMs, believed);
  // Waiting queries give up and return: in between none waits, and the pool is as full.
  if (waiting < bounds.waiting.raise && !(believed && holdsOn)) return null;
  const allWait = (database.acquireMsP95 ?? 0) >= limitOf(bounds.acquireMs, believed);
  const isUnknown = snapshot.database === null && waiting >= limitOf(bounds.unknownWaiting, believed);
  if (!holdsOn && !allWait && !isUnknown && !believed) return null;
  return finding(snapshot, MODE, 'pool_exhausted', {
    ...(database.kind === 'embedded' && { nextStep: EMBEDDED_POOL }),
    summary: `All ${max} connections to the database are in use${waiting === 0 ? '' : `, and ${waiting} queries wait`}.`,
    because:
      longest === undefined
        ? 'None is idle. It is unknown which queries hold them.'
        : `The longest has been held for ${inWords(longest.heldMs)} by ${longest.callSite}${longest.statement === null ? '' : ` (${longest.statement})`}.`,
    evidence: [
      figure('holder.callSite', longest?.callSite),
      figure('holder.heldMs', longest?.heldMs, bounds.heldMs.raise),
      ...evidenceOf(snapshot),
    ],
    confidence: longest === undefined ? 'medium' : 'high',
    ruledOut: [...reachRuledOut(snapshot), ...lockRuledOut(snapshot), ...loopRuledOut(snapshot)],
  });
}

function busyLoop(snapshot: OpsSnapshot): Finding | null {
  const { eventLoop, uptimeMs } = snapshot.summary;
  const { bounds } = MODE;
  const believed = isBelieved(snapshot, 'event_loop');
  const isHeldUp = eventLoop.delayMaxMs > limitOf(bounds.loopMs, believed);
  const busy = limitOf(bounds.utilization, believed);
  // A second is soon full where the machine has others to serve: it must have been so for a while.
  const lately = snapshot.history?.figures.utilization.slice(-BUSY_POINTS) ?? [];
  const isBusy = eventLoop.utilization > busy && lately.every((share) => share === null || share > busy);
  // One hold-up that is over is no state of affairs.
  if (!isHeldUp || !isBusy || uptimeMs < bounds.busyUptimeMs.raise) return null;
  const slow = newestSlow(snapshot);
  return finding(snapshot, MODE, 'event_loop', {
    summary: `The event loop was blocked for ${inWords(eventLoop.delayMaxMs)}; queries appear as slow.`,
    because: 'The database’s answers wait until the event loop is free, so every query appears slower.',
    evidence: evidenceOf(snapshot),
    confidence: slow !== undefined && slow.tookMs > 2 * eventLoop.delayMaxMs ? 'medium' : 'high',
    ruledOut: [
      ...poolRuledOut(snapshot),
      ...(snapshot.database !== null && slow === undefined
        ? [{ cause: 'slow_query', because: 'no query in the last 30 s took a second' } as const]
        : []),
    ],
  });
}

/** A query that was slow, and is over. */
function newestSlow(snapshot: OpsSnapshot) {
  const limit = limitOf(MODE.bounds.slowMs, isBelieved(snapshot, 'slow_query'));
  const slow = snapshot.database?.slow ?? [];
  return slow.find(
    (query) =>
      (isStatement(query.statement) || query.statement === COMMIT) &&
      query.waitedFor === undefined &&
      snapshot.at - query.at <= LATE_MS &&
      query.tookMs >= limit &&
      !slow.some((other) => isAsSlow(other, query)),
  );
}

type SlowQuery = NonNullable<OpsSnapshot['database']>['slow'][number];

/** Whether a statement that needs nothing of the database was as slow about then: it is not the query's own doing. */
function isAsSlow({ statement, at, tookMs }: SlowQuery, query: SlowQuery): boolean {
  return NEEDS_NOTHING.has(statement) && Math.abs(at - query.at) <= ABOUT_THEN_MS && tookMs >= query.tookMs / 2;
}

/** A query that has not ended, or was given up, while the database was seen to do its work. */
function slowNow(snapshot: OpsSnapshot) {
  const probe = answeringProbe(snapshot);
  if (probe === null || newestLock(snapshot) !== undefined) return undefined;
  const running = snapshot.database?.running?.find(
    ({ statement, ageMs }) =>
      isStatement(statement) && ageMs >= MODE.bounds.slowMs.raise && snapshot.at - ageMs <= probe.at,
  );
  if (running !== undefined) return { ...running, isGivenUp: false };
  const givenUp = snapshot.database?.failing?.find(
    ({ kind, statement }) => kind === 'not_answering' && isStatement(statement),
  );
  return givenUp && { ...givenUp, ageMs: GIVEN_UP_MS, isGivenUp: true };
}

function slowQuery(snapshot: OpsSnapshot): Finding | null {
  const { database } = snapshot.summary;
  const { bounds } = MODE;
  const now = slowNow(snapshot);
  const slow = now === undefined ? newestSlow(snapshot) : undefined;
  const isSlow = (database.queryMsP95 ?? 0) > limitOf(bounds.queryMs, isBelieved(snapshot, 'slow_query'));
  // Percentiles are of five minutes: where each slow query is known, what was slow before is over.
  if (snapshot.database === null ? !isSlow : slow === undefined && now === undefined) return null;
  const statements = snapshot.database?.statements ?? [];
  const worst = [...statements].sort((a, b) => (b.p95Ms ?? 0) - (a.p95Ms ?? 0))[0];
  const name = now?.statement ?? slow?.statement ?? worst?.name ?? null;
  const known = now === undefined ? slow && tookText(snapshot, slow) : nowText(now);
  return finding(snapshot, MODE, 'slow_query', {
    ...(name === COMMIT && { nextStep: SLOW_DISK }),
    summary: name === null ? 'Queries are slow in the database.' : `The query "${name}" is slow in the database.`,
    because: known ?? `95 % of queries take up to ${inWords(database.queryMsP95 ?? 0)}.`,
    evidence: [
      figure('slow.statement', name),
      figure('slow.tookMs', slow?.tookMs ?? now?.ageMs, bounds.slowMs.raise),
      figure('statement.p95Ms', statements.find((each) => each.name === name)?.p95Ms ?? worst?.p95Ms),
      ...evidenceOf(snapshot),
    ],
    confidence: name === null ? 'medium' : 'high',
    ruledOut: [
      ...poolRuledOut(snapshot),
      ...loopRuledOut(snapshot),
      ...reachRuledOut(snapshot),
      ...lockRuledOut(snapshot),
    ],
  });
}

function tookText({ at }: OpsSnapshot, slow: NonNullable<ReturnType<typeof newestSlow>>): string {
  return `It took ${inWords(slow.tookMs)}, ${inWords(at - slow.at)} ago, called at ${slow.callSite}.`;
}

function nowText({ ageMs, callSite, isGivenUp }: NonNullable<ReturnType<typeof slowNow>>): string {
  return isGivenUp
    ? `It had not ended after ${inWords(ageMs)}, and was given up, called at ${callSite}.`
    : `It has been running for ${inWords(ageMs)}, called at ${callSite}.`;
}

/** Connections come late although the pool has some, and the loop is free. */
function slowAcquire(snapshot: OpsSnapshot): Finding | null {
  const { database } = snapshot.summary;
  const believed = isBelieved(snapshot, 'inconclusive');
  // Of five minutes: it must be so now, too.
  if ((database.acquireMsP95 ?? 0) <= limitOf(MODE.bounds.acquireMs, believed) || database.pool.waiting === 0)
    return null;
  return finding(snapshot, MODE, 'inconclusive', {
    summary: `Queries wait ${inWords(database.acquireMsP95 ?? 0)} for a connection, although the pool has free ones.`,
    because: 'Unknown: which queries hold the connections, and how long opening a new one takes.',
    evidence: evidenceOf(snapshot),
    confidence: 'low',
    ruledOut: [...loopRuledOut(snapshot)],
  });
}
