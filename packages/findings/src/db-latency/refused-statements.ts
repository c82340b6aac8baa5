import type { DatabaseLock, Finding, FindingStep, OpsSnapshot } from '@okboxbox/protocol';
import { counted, figure, finding, inWords, limitOf } from '../finding.js';
import {
  evidenceOf,
  failingBy,
  isBelieved,
  lockRuledOut,
  loopRuledOut,
  newestLock,
  poolRuledOut,
  probeOf,
  reachRuledOut,
} from './database-facts.js';
import { MODE } from './mode.js';

/** The database answers, and something in it holds up or refuses our statements. */
export function refused(snapshot: OpsSnapshot): Finding | null {
  return locked(snapshot) ?? diskFull(snapshot) ?? statementsFail(snapshot);
}

function locked(snapshot: OpsSnapshot): Finding | null {
  const lock = newestLock(snapshot);
  const failing = failingBy(snapshot, 'locked');
  if (
    lock === undefined &&
    (failing === undefined || failing.count < limitOf(MODE.bounds.failures, isBelieved(snapshot, 'locked')))
  ) {
    return null;
  }
  const statement = lock?.statement ?? failing?.statement ?? null;
  return finding(snapshot, MODE, 'locked', {
    nextStep: lock === undefined ? LOOK_FOR_HOLDER : stepFor(snapshot, lock),
    summary: `"${statement}" waits for a lock${lock === undefined ? '' : `, held by ${holderOf(lock)}`}.`,
    because: lock === undefined ? `It gave up: ${failing?.message}.` : becauseOf(snapshot, lock),
    evidence: [
      figure('lock.statement', statement),
      figure('lock.waitedMs', lock?.waitedMs, MODE.bounds.lockedMs.raise),
      figure('holder.pid', lock?.holder.pid),
      figure('holder.application', lock?.holder.application),
      figure('holder.state', lock?.holder.state),
      figure('holder.ageMs', lock?.holder.ageMs),
      ...evidenceOf(snapshot),
    ],
    confidence: lock === undefined ? 'medium' : 'high',
    ruledOut: [
      { cause: 'slow_query', because: 'the database says that the statement waits for a lock, and does not run' },
      ...reachRuledOut(snapshot),
      ...poolRuledOut(snapshot),
      ...loopRuledOut(snapshot),
    ],
  });
}

function holderOf({ holder: { pid, application } }: DatabaseLock): string {
  if (pid === 0) return 'a prepared transaction';
  if (pid === null) return application ?? 'somebody whom the database does not name';
  return `process ${pid}${application === null ? '' : ` (${application})`}`;
}

function becauseOf({ at }: OpsSnapshot, { holder, waitedMs, at: seenAt }: DatabaseLock): string {
  const state = holder.state === null ? 'Its state is not shown to this user' : `Its state is "${holder.state}"`;
  const age = holder.ageMs === null ? '' : `, and its transaction is ${inWords(holder.ageMs)} old`;
  return `${state}${age}. The statement had waited for ${inWords(waitedMs)} when this was seen, ${inWords(Math.max(0, at - seenAt))} ago.`;
}

function stepFor(snapshot: OpsSnapshot, { holder }: DatabaseLock): FindingStep {
  if (snapshot.summary.database.kind === 'embedded') {
    const processId = probeOf(snapshot)?.processId ?? 'PID';
    return {
      text: 'End the other program that uses DATA_DIR/socket. If there is none, end the database’s process: the server starts it again.',
      command: `kill -9 ${processId}`,
    };
  }
  if (holder.pid === 0) {
    return {
      text: 'Find the prepared transaction, and end it with ROLLBACK PREPARED or COMMIT PREPARED.',
      command: 'psql "$DATABASE_URL" -c "SELECT gid, prepared, owner FROM pg_prepared_xacts"',
    };
  }
  return {
    text: 'See what the process is (a migration, a report, a forgotten psql). End that program, or end its connection as its user or a superuser.',
    command: `psql "$DATABASE_URL" -c "SELECT pg_terminate_backend(${holder.pid})"`,
    view: 'database',
  };
}

const LOOK_FOR_HOLDER: FindingStep = {
  text: 'The holder was not seen: find the oldest transaction, and end it with pg_terminate_backend.',
  command:
    'psql "$DATABASE_URL" -c "SELECT pid, application_name, state, xact_start FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start"',
};

function diskFull(snapshot: OpsSnapshot): Finding | null {
  const failing = failingBy(snapshot, 'disk_full');
  if (failing === undefined) return null;
  return finding(snapshot, MODE, 'disk_full', {
    ...(snapshot.summary.database.kind === 'embedded' && {
      nextStep: { text: 'Free space on the disk of DATA_DIR. Storing goes on by itself.', command: 'df -h DATA_DIR' },
    }),
    summary: `The database's disk is full: "${failing.statement}" fails.`,
    because: `${failing.message} (${failing.code}), ${counted(failing.count, 'time')} in ${inWords(failing.at - failing.since)}.`,
    evidence: [
      figure('failing.statement', failing.statement),
      figure('failing.code', failing.code),
      figure('failing.count', failing.count),
      figure('writeBehind.laps', snapshot.database?.writeBehind.laps),
      ...evidenceOf(snapshot),
    ],
    ruledOut: [
      { cause: 'server_unreachable', because: 'it answers, and says that its disk is full' },
      ...lockRuledOut(snapshot),
      ...poolRuledOut(snapshot),
    ],
  });
}

function statementsFail(snapshot: OpsSnapshot): Finding | null {
  const failing = failingBy(snapshot, 'statement');
  // A statement that fails once is an error of who asked it; what is to be stored is tried again.
  if (failing === undefined || failing.count < limitOf(MODE.bounds.failures, isBelieved(snapshot, 'statements_fail')))
    return null;
  const table = failing.statement.split(' ')[1];
  return finding(snapshot, MODE, 'statements_fail', {
    ...(table !== undefined &&
      snapshot.summary.database.kind === 'postgresql' && {
        nextStep: {
          text: 'Repair what the message names: a trigger, a constraint, a missing right or column. Storing goes on by itself.',
          command: `psql "$DATABASE_URL" -c "\\d ${table}"`,
          view: 'database',
        },
      }),
    summary: `The database refuses "${failing.statement}": ${failing.message} (${failing.code ?? 'no code'}).`,
    because: `It failed ${counted(failing.count, 'time')} in ${inWords(failing.at - failing.since)}, called at ${failing.callSite}.`,
    evidence: [
      figure('failing.statement', failing.statement),
      figure('failing.code', failing.code),
      figure('failing.count', failing.count, MODE.bounds.failures.raise),
      figure('writeBehind.laps', snapshot.database?.writeBehind.laps),
      ...evidenceOf(snapshot),
    ],
    ruledOut: [
      { cause: 'server_unreachable', because: 'it answers, and refuses the statement' },
      { cause: 'disk_full', because: `the error is ${failing.code ?? 'another'}, and not 53100` },
      ...lockRuledOut(snapshot),
      ...poolRuledOut(snapshot),
    ],
  });
}
