import type { DatabaseFailureKind, Finding, FindingEvidence, FindingStep, OpsSnapshot } from '@okboxbox/protocol';
import { figure, finding, inWords } from '../finding.js';
import {
  answeringProbe,
  evidenceOf,
  failingBy,
  isSlowLine,
  isStatement,
  isWaitingLong,
  poolRuledOut,
  probeOf,
} from './database-facts.js';
import { MODE } from './mode.js';

/** An old connection without an answer for so long is lost, where new ones have one, in ms. */
const LOST_MS = 3_000;

/** What fails for so long is believed without a probe, in ms: this process is too busy for one. */
const UNPROBED_MS = 6_000;

/** The database cannot be used: not reached, silent, or it does not let this server in. */
export function unusable(snapshot: OpsSnapshot): Finding | null {
  const { state } = snapshot.summary.database;
  if (state === 'starting' && snapshot.summary.uptimeMs < MODE.bounds.uptimeMs.raise) return null;
  switch (kindOf(snapshot)) {
    case 'unreachable':
      return unreachable(snapshot);
    case 'restarting':
      return restarting(snapshot);
    case 'not_answering':
      return silent(snapshot);
    case 'sign_in_refused':
      return signInRefused(snapshot);
    case 'too_many_connections':
      return tooMany(snapshot);
    default:
      return lostConnections(snapshot);
  }
}

/** What still responds has the last word; the errors of statements only where no probe has come back. */
function kindOf(snapshot: OpsSnapshot): DatabaseFailureKind | null {
  const { database, summary } = snapshot;
  const { state } = summary.database;
  if (database?.failing === undefined) return state === 'ok' ? null : 'unreachable';
  const refused = failingBy(snapshot, 'too_many_connections');
  const isTrouble = database.failing.length > 0 || isWaitingLong(snapshot) || state !== 'ok';
  if (!isTrouble) return null;
  const probe = probeOf(snapshot);
  if (probe === null) {
    const failing = failingBy(snapshot, 'sign_in_refused', 'too_many_connections', 'restarting', 'unreachable');
    // A connection that broke once is opened again: a probe tells in a moment.
    if (failing !== undefined) return snapshot.at - failing.since >= UNPROBED_MS ? failing.kind : null;
    return state === 'ok' ? null : 'unreachable';
  }
  switch (probe.found) {
    case 'unreachable':
    case 'restarting':
    case 'not_answering':
    case 'sign_in_refused':
      return probe.found;
    default:
      // A probe may get the last free connection, or be the one too many while all that are open do well.
      return refused === undefined ? null : 'too_many_connections';
  }
}

/** What the probe says; else the failing statement; else what storing says. */
function reasonOf(
  snapshot: OpsSnapshot,
  kind: DatabaseFailureKind,
): { readonly because: string; readonly code: string | null } {
  const probe = probeOf(snapshot);
  if (probe?.found === kind) return probe;
  const failing = failingBy(snapshot, kind);
  if (failing !== undefined) return { because: failing.message, code: failing.code };
  return { because: snapshot.database?.because ?? 'Queries fail.', code: null };
}

function evidence(snapshot: OpsSnapshot, code: string | null): FindingEvidence[] {
  const { database } = snapshot.summary;
  return [
    figure('database.state', database.state, 'ok'),
    figure('database.kind', database.kind),
    figure('error.code', code),
    figure('writeBehind.laps', snapshot.database?.writeBehind.laps),
    ...evidenceOf(snapshot),
  ];
}

function isEmbedded({ summary }: OpsSnapshot): boolean {
  return summary.database.kind === 'embedded';
}

function unreachable(snapshot: OpsSnapshot): Finding {
  const { database, uptimeMs } = snapshot.summary;
  const { because, code } = reasonOf(snapshot, 'unreachable');
  return finding(snapshot, MODE, 'server_unreachable', {
    ...(isEmbedded(snapshot) && { nextStep: EMBEDDED_IS_GONE }),
    summary:
      database.state === 'starting'
        ? `The database has not started in ${inWords(uptimeMs)}.`
        : 'The database cannot be reached.',
    because,
    evidence: evidence(snapshot, code),
    // What an older version tells of itself does not say whether anything has answered.
    confidence: snapshot.database?.failing === undefined ? 'medium' : 'high',
    ruledOut: [
      { cause: 'slow_query', because: 'no query is answered' },
      ...poolRuledOut(snapshot),
      ...(probeOf(snapshot)?.found === 'unreachable'
        ? [{ cause: 'not_answering', because: 'no connection was accepted and kept' } as const]
        : []),
    ],
  });
}

const EMBEDDED_IS_GONE: FindingStep = {
  text: 'It is a process of this server and comes back by itself. If it does not, check the server’s log and the disk.',
  command: 'df -h DATA_DIR',
};

function restarting(snapshot: OpsSnapshot): Finding {
  const { because, code } = reasonOf(snapshot, 'restarting');
  return finding(snapshot, MODE, 'server_unreachable', {
    nextStep: isEmbedded(snapshot)
      ? EMBEDDED_IS_GONE
      : {
          text: 'Wait until it has started. If it does not, its log says why.',
          command: 'psql "$DATABASE_URL" -c "SELECT 1"',
        },
    summary: 'The database server is starting or stopping, and lets nobody in.',
    because,
    evidence: evidence(snapshot, code),
    ruledOut: [
      {
        cause: 'not_answering',
        because: code === null ? 'it says that it is starting' : `it answers, with the error ${code}`,
      },
    ],
  });
}

function silent(snapshot: OpsSnapshot): Finding {
  const { because, code } = reasonOf(snapshot, 'not_answering');
  const [longest] = snapshot.database?.running ?? [];
  const processId = probeOf(snapshot)?.processId ?? null;
  return finding(snapshot, MODE, 'not_answering', {
    ...(isEmbedded(snapshot) && {
      nextStep: {
        text: 'End the process of the embedded database: the server starts it again, and stores what waits.',
        command: `kill -9 ${processId ?? 'PID'}`,
      },
    }),
    summary: 'The database accepts connections and does not answer.',
    because,
    evidence: [
      figure('running.statement', longest?.statement),
      figure('running.ageMs', longest?.ageMs, MODE.bounds.slowMs.raise),
      ...evidence(snapshot, code),
    ],
    ruledOut: [
      { cause: 'server_unreachable', because: 'a connection was accepted' },
      { cause: 'slow_query', because: 'a new connection, which asks for no table, has no answer either' },
    ],
  });
}

function signInRefused(snapshot: OpsSnapshot): Finding {
  const { because, code } = reasonOf(snapshot, 'sign_in_refused');
  return finding(snapshot, MODE, 'sign_in_refused', {
    summary: 'The database does not let this server sign in.',
    because,
    evidence: evidence(snapshot, code),
    ruledOut: [
      { cause: 'server_unreachable', because: 'it answers, and refuses' },
      { cause: 'not_answering', because: 'it answers, and refuses' },
    ],
  });
}

function tooMany(snapshot: OpsSnapshot): Finding {
  const { because, code } = reasonOf(snapshot, 'too_many_connections');
  return finding(snapshot, MODE, 'too_many_connections', {
    summary: 'The database has no connection left for this server.',
    because,
    evidence: [
      figure('failing.count', failingBy(snapshot, 'too_many_connections')?.count),
      ...evidence(snapshot, code),
    ],
    ruledOut: [
      { cause: 'server_unreachable', because: 'it answers, and refuses' },
      { cause: 'not_answering', because: 'it answers, and refuses' },
      ...poolRuledOut(snapshot),
    ],
  });
}

/** New connections are answered, and one that was open before is not: something between has forgotten it. */
function lostConnections(snapshot: OpsSnapshot): Finding | null {
  const probe = answeringProbe(snapshot);
  // On a slow line nothing is lost that is late.
  if (isEmbedded(snapshot) || probe?.found !== 'answers' || isSlowLine(snapshot)) return null;
  const lost = snapshot.database?.running?.find(
    ({ statement, ageMs }) => !isStatement(statement) && statement !== 'connect' && ageMs >= LOST_MS,
  );
  // A commit may wait for the disk: only what needs nothing of the database shows a lost connection.
  if (lost === undefined || lost.statement === 'commit' || snapshot.at - lost.ageMs > probe.at) return null;
  return finding(snapshot, MODE, 'not_answering', {
    nextStep: {
      text: 'Wait: after 15 s the server closes the connection and opens a new one. If it comes again, a firewall drops idle connections: raise its limit.',
      view: 'database',
    },
    summary: 'A connection to the database is lost, and new ones are answered.',
    because: `"${lost.statement}" has had no answer for ${inWords(lost.ageMs)}, and a new connection answered in ${inWords(probe.tookMs)}.`,
    evidence: [figure('running.ageMs', lost.ageMs, LOST_MS), ...evidence(snapshot, null)],
    confidence: 'medium',
    ruledOut: [{ cause: 'server_unreachable', because: 'a new connection was answered' }],
  });
}
