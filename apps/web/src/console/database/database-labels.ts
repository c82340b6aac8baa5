import type { DatabaseLock, DatabaseProbe, OpsDatabase } from '@okboxbox/protocol';
import { duration, words } from '../../kit/figures.js';

/** How the database does: a shape, a word, and what it says of itself. */
export function databaseStands({ state, because, pool }: Pick<OpsDatabase, 'state' | 'because' | 'pool'>): {
  readonly shape: 'ok' | 'warn' | 'bad' | 'off';
  readonly word: string;
  readonly detail: string;
} {
  if (state === 'starting') return { shape: 'warn', word: 'Starting', detail: because ?? 'it is starting' };
  if (state === 'away')
    return {
      shape: 'bad',
      word: 'Unavailable',
      detail: because ?? 'it does not answer; live timing continues without it',
    };
  if (because !== null) return { shape: 'warn', word: 'Storing waits', detail: because };
  if (pool.waiting > 0) {
    const asks = pool.waiting === 1 ? 'one query waits' : `${pool.waiting} queries wait`;
    return { shape: 'warn', word: 'Pool exhausted', detail: `${asks} for one of ${pool.max} connections` };
  }
  return { shape: 'ok', word: 'OK', detail: 'no query waits for a connection' };
}

/** Who holds a lock, in words. */
export function heldBy({ pid, application }: DatabaseLock['holder']): string {
  if (pid === 0) return 'a prepared transaction';
  if (pid === null) return application ?? 'unknown';
  return application === null ? `process ${pid}` : `process ${pid} (${application})`;
}

const FOUND: Readonly<Record<DatabaseProbe['found'], string>> = {
  answers: 'the database answers',
  busy: 'the database is busy with a statement',
  unreachable: 'the database cannot be reached',
  not_answering: 'the database does not answer',
  sign_in_refused: 'the database refuses the sign-in',
  too_many_connections: 'the database has no connection left',
  restarting: 'the database is starting or stopping',
  locked: 'a lock is held',
  disk_full: "the database's disk is full",
  statement: 'the database refuses statements',
};

/** What a probe has found, in a sentence. */
export function probeText({ found, because, code, tookMs, line }: DatabaseProbe): string {
  const said = `A connection of its own found in ${words(duration(tookMs))}: ${FOUND[found]}. ${because}${code === null ? '' : ` (${code})`}`;
  if (line == null) return said;
  const echo = line.echoMs === null ? 'did not come back in time' : `took ${words(duration(line.echoMs))}`;
  return `${said} An answer that needs no table took ${words(duration(line.answerMs))}; 2 KB there and back ${echo}.`;
}

/** A part of the pool's bar: how many, of all that there can be. */
export interface PoolPart {
  readonly name: 'used' | 'idle' | 'free' | 'waiting';
  readonly count: number;
  /** Share of the bar, from 0 to 1; what waits stands beyond its end and shares it with the connections. */
  readonly share: number;
}

/** The pool as parts of a bar: used, idle, not opened yet, and what waits. */
export function poolParts({ max, total, idle, waiting }: OpsDatabase['pool']): readonly PoolPart[] {
  const used = Math.max(0, total - idle);
  const free = Math.max(0, max - total);
  const all = Math.max(1, used + idle + free + waiting);
  const parts = [
    ['used', used],
    ['idle', idle],
    ['free', free],
    ['waiting', waiting],
  ] as const;
  return parts.map(([name, count]) => ({ name, count, share: count / all }));
}

/** The columns that statements can be sorted by. */
export const STATEMENT_FIGURES = ['p95Ms', 'p50Ms', 'maxMs', 'count', 'errors'] as const;
export type StatementFigure = (typeof STATEMENT_FIGURES)[number];

/** The highest first; what is unknown last; the name decides where figures are equal, so that rows stand still. */
export function sortedStatements(
  statements: OpsDatabase['statements'],
  by: StatementFigure,
): OpsDatabase['statements'] {
  return [...statements].sort((a, b) => (b[by] ?? -1) - (a[by] ?? -1) || a.name.localeCompare(b.name));
}

/** A sort order from the address, or the one to begin with. */
export function statementFigure(text: string | undefined): StatementFigure {
  return STATEMENT_FIGURES.find((figure) => figure === text) ?? 'p95Ms';
}
