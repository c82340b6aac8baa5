import type { Finding, FindingEvidence, FindingStep, OpsSnapshot } from '@okboxbox/protocol';
import { DB_LATENCY as MODE } from '../catalogue/db-latency.js';
import { type Detector, earlier, eventIds, figure, finding, inWords, limitOf } from '../detector.js';

/** Slow queries count for so long, in ms. */
const LATE_MS = 30_000;
/** A connection that was not got goes by this name: no statement of the database's. */
const CONNECT = 'connect';
/** Newest points of the history, 5 s apart, in which the event loop must have been busy as well. */
const BUSY_POINTS = 2;

/** Queries that take long, by where the time goes. */
export const dbLatency: Detector = {
  code: MODE.code,
  notYet: () => null,
  look(snapshot) {
    const found =
      unreachable(snapshot) ??
      exhausted(snapshot) ??
      busyLoop(snapshot) ??
      slowQuery(snapshot) ??
      slowAcquire(snapshot);
    return found === null ? [] : [found];
  },
};

function isBelieved(snapshot: OpsSnapshot, cause: keyof (typeof MODE)['causes'] | 'inconclusive'): boolean {
  return earlier(snapshot, MODE.code, {}, cause) !== undefined;
}

function evidenceOf(snapshot: OpsSnapshot): FindingEvidence[] {
  const { database, eventLoop } = snapshot.summary;
  const { bounds } = MODE;
  return [
    figure('database.pool.waiting', database.pool.waiting, bounds.waiting.raise),
    figure('database.pool.idle', database.pool.idle, 1),
    figure('database.acquireMsP95', database.acquireMsP95, bounds.acquireMs.raise),
    figure('database.queryMsP95', database.queryMsP95, bounds.queryMs.raise, eventIds(snapshot, ['db_error'])),
    figure('eventLoop.delayMaxMs', eventLoop.delayMaxMs, bounds.loopMs.raise),
    figure('eventLoop.utilization', eventLoop.utilization, bounds.utilization.raise),
  ];
}

/** What the event loop is not to blame for: nothing, where it was held up. */
function loopRuledOut({ summary }: OpsSnapshot): Finding['ruledOut'] {
  const { delayMaxMs } = summary.eventLoop;
  if (delayMaxMs >= MODE.bounds.loopMs.raise) return [];
  return [{ cause: 'event_loop', because: `it was held up for ${Math.round(delayMaxMs)} ms at most` }];
}

/** A pool that is full while queries wait may be what they wait for. */
function poolRuledOut({ summary }: OpsSnapshot): Finding['ruledOut'] {
  const { waiting, idle, total, max } = summary.database.pool;
  if (waiting >= MODE.bounds.waiting.raise && idle === 0 && total >= max) return [];
  const because = `${idle} connections are idle, ${total} of ${max} are made, ${waiting} queries wait`;
  return [{ cause: 'pool_exhausted', because }];
}

/** What to do is another thing where the database is a process of ours: it has one connection and no address. */
const EMBEDDED_STEPS = {
  pool_exhausted: {
    text: 'The embedded database has one connection: look who holds it. Where that is nobody for long, use PostgreSQL.',
    command: 'DATABASE_URL=postgres://USER:PASSWORD@HOST/DATABASE',
    view: 'database',
  },
  server_unreachable: {
    text: 'It is a process of this server’s and comes back by itself. Where it does not, look at the server’s log and at the disk.',
    command: 'df -h DATA_DIR',
  },
} as const satisfies Record<string, FindingStep>;

function stepOf({ summary }: OpsSnapshot, cause: keyof typeof EMBEDDED_STEPS): { readonly nextStep?: FindingStep } {
  return summary.database.kind === 'embedded' ? { nextStep: EMBEDDED_STEPS[cause] } : {};
}

function unreachable(snapshot: OpsSnapshot): Finding | null {
  const { database, uptimeMs } = snapshot.summary;
  const isStarting = database.state === 'starting' && uptimeMs < MODE.bounds.uptimeMs.raise;
  if (database.state === 'ok' || isStarting) return null;
  return finding(snapshot, MODE, 'server_unreachable', {
    ...stepOf(snapshot, 'server_unreachable'),
    summary:
      database.state === 'away'
        ? 'The database cannot be reached.'
        : `The database has not started in ${inWords(uptimeMs)}.`,
    because: snapshot.database?.because ?? 'Queries fail before they are answered.',
    evidence: [
      figure('database.state', database.state, 'ok'),
      figure('database.kind', database.kind),
      figure('writeBehind.laps', snapshot.database?.writeBehind.laps),
      ...evidenceOf(snapshot),
    ],
    ruledOut: [
      { cause: 'slow_query', because: 'queries are not answered at all' },
      { cause: 'pool_exhausted', because: `${database.pool.waiting} wait, and there is nobody to connect to` },
    ],
  });
}

function exhausted(snapshot: OpsSnapshot): Finding | null {
  const { database } = snapshot.summary;
  const { bounds } = MODE;
  const { waiting, idle, total, max } = database.pool;
  const [longest] = snapshot.database?.holders ?? [];
  const believed = isBelieved(snapshot, 'pool_exhausted');
  if (idle > 0 || total < max) return null;
  // A pool that is full for the moment is a pool that is used: somebody must hold on, or everybody wait for long.
  const holdsOn = longest !== undefined && longest.heldMs >= limitOf(bounds.heldMs, believed);
  // Whoever waits gives up and comes again: in between nobody does, and the pool is as full.
  if (waiting < bounds.waiting.raise && !(believed && holdsOn)) return null;
  const allWait = (database.acquireMsP95 ?? 0) >= limitOf(bounds.acquireMs, believed);
  const isUnknown = snapshot.database === null && waiting >= limitOf(bounds.unknownWaiting, believed);
  if (!holdsOn && !allWait && !isUnknown && !believed) return null;
  return finding(snapshot, MODE, 'pool_exhausted', {
    ...stepOf(snapshot, 'pool_exhausted'),
    summary: `All ${max} connections to the database are in use${waiting === 0 ? '' : `, and ${waiting} queries wait`}.`,
    because:
      longest === undefined
        ? 'None is idle. Who holds them is not known.'
        : `The longest is held for ${inWords(longest.heldMs)} by ${longest.callSite}${longest.statement === null ? '' : ` (${longest.statement})`}.`,
    evidence: [
      figure('holder.callSite', longest?.callSite),
      figure('holder.heldMs', longest?.heldMs, bounds.heldMs.raise),
      ...evidenceOf(snapshot),
    ],
    confidence: longest === undefined ? 'medium' : 'high',
    ruledOut: [{ cause: 'server_unreachable', because: `its state is "${database.state}"` }, ...loopRuledOut(snapshot)],
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
    summary: `Something held this server up for ${inWords(eventLoop.delayMaxMs)}; queries seem as slow.`,
    because: 'Answers of the database wait until the event loop is free: what it takes is in every query’s time.',
    evidence: evidenceOf(snapshot),
    confidence: slow !== undefined && slow.tookMs > 2 * eventLoop.delayMaxMs ? 'medium' : 'high',
    ruledOut: [
      ...poolRuledOut(snapshot),
      ...(snapshot.database !== null && slow === undefined
        ? [{ cause: 'slow_query', because: 'no query of the last half minute took a second' } as const]
        : []),
    ],
  });
}

function newestSlow(snapshot: OpsSnapshot) {
  const limit = limitOf(MODE.bounds.slowMs, isBelieved(snapshot, 'slow_query'));
  return snapshot.database?.slow.find(
    ({ at, tookMs, statement }) => statement !== CONNECT && snapshot.at - at <= LATE_MS && tookMs >= limit,
  );
}

function slowQuery(snapshot: OpsSnapshot): Finding | null {
  const { database } = snapshot.summary;
  const { bounds } = MODE;
  const slow = newestSlow(snapshot);
  const isSlow = (database.queryMsP95 ?? 0) > limitOf(bounds.queryMs, isBelieved(snapshot, 'slow_query'));
  // Percentiles are of five minutes: where each slow query is known, what was slow before is over.
  if (snapshot.database === null ? !isSlow : slow === undefined) return null;
  const statements = snapshot.database?.statements ?? [];
  const worst = [...statements].sort((a, b) => (b.p95Ms ?? 0) - (a.p95Ms ?? 0))[0];
  const name = slow?.statement ?? worst?.name ?? null;
  return finding(snapshot, MODE, 'slow_query', {
    summary: name === null ? 'Queries are slow in the database.' : `The query "${name}" is slow in the database.`,
    because:
      slow === undefined
        ? `95 of 100 queries take up to ${inWords(database.queryMsP95 ?? 0)}.`
        : `It took ${inWords(slow.tookMs)}, ${inWords(snapshot.at - slow.at)} ago, called at ${slow.callSite}.`,
    evidence: [
      figure('slow.statement', name),
      figure('slow.tookMs', slow?.tookMs, bounds.slowMs.raise),
      figure('statement.p95Ms', statements.find((each) => each.name === name)?.p95Ms ?? worst?.p95Ms),
      ...evidenceOf(snapshot),
    ],
    confidence: name === null ? 'medium' : 'high',
    ruledOut: [
      ...poolRuledOut(snapshot),
      ...loopRuledOut(snapshot),
      { cause: 'server_unreachable', because: `its state is "${database.state}"` },
    ],
  });
}

/** Connections come late although the pool has some, and the loop is free. */
function slowAcquire(snapshot: OpsSnapshot): Finding | null {
  const { database } = snapshot.summary;
  const believed = isBelieved(snapshot, 'inconclusive');
  // Of five minutes: it must be so now, too.
  if ((database.acquireMsP95 ?? 0) <= limitOf(MODE.bounds.acquireMs, believed) || database.pool.waiting === 0)
    return null;
  return finding(snapshot, MODE, 'inconclusive', {
    summary: `Queries wait ${inWords(database.acquireMsP95 ?? 0)} for a connection, although the pool is not used up.`,
    because: 'What is missing: who holds the connections, and how long making a new one takes.',
    evidence: evidenceOf(snapshot),
    confidence: 'low',
    ruledOut: [...loopRuledOut(snapshot)],
  });
}
