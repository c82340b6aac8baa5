import type { OpsDatabase } from '@okboxbox/protocol';

/** How the database does: a shape, a word, and what it says of itself. */
export function databaseStands({ state, because, pool }: Pick<OpsDatabase, 'state' | 'because' | 'pool'>): {
  readonly shape: 'ok' | 'warn' | 'bad' | 'off';
  readonly word: string;
  readonly detail: string;
} {
  if (state === 'starting') return { shape: 'warn', word: 'Starting', detail: because ?? 'it is not there yet' };
  if (state === 'away')
    return { shape: 'bad', word: 'Away', detail: because ?? 'it does not answer; the live path goes on without it' };
  if (pool.waiting > 0) {
    const asks = pool.waiting === 1 ? 'one query waits' : `${pool.waiting} queries wait`;
    return { shape: 'warn', word: 'Pool exhausted', detail: `${asks} for one of ${pool.max} connections` };
  }
  return { shape: 'ok', word: 'All right', detail: 'nothing waits for a connection' };
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
