import type { OpsDatabase, ServerStatement } from '@okboxbox/protocol';
import type { Holder } from '../../store/database.js';
import type { CountedStatements } from '../../store/server-statements.js';
import type { WriteBehindDepth } from '../../store/store-health.js';
import type { OperationsDeps } from '../deps.js';
import { withoutSecrets } from '../events/free-text.js';
import type { OpsFigures } from '../ops-figures.js';
import { statementName } from './database-figures.js';
import { DatabaseWatch } from './database-watch.js';

/** The server's own count is asked for no more often than this, in ms, and only while somebody looks. */
const ASK_MS = 10_000;
/** How long the first who looks waits for it. */
const FIRST_MS = 1_000;
/** Statements of that count in one answer. */
const MOST_STATEMENTS = 50;

const EMBEDDED: CountedStatements = {
  state: 'not_there',
  because: 'This server is the only client of the embedded database: the statements above are all its statements.',
};
const NOT_ASKED: CountedStatements = {
  state: 'not_there',
  because: 'The database has not answered yet. Look again.',
};

/** Puts together what is known of the database. Looking costs the database one query in ten seconds, if it has room. */
export class DatabaseInsight {
  readonly #deps: OperationsDeps;
  readonly #figures: OpsFigures;
  readonly #watch: DatabaseWatch;
  #counted: CountedStatements;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(deps: OperationsDeps, figures: OpsFigures) {
    this.#deps = deps;
    this.#figures = figures;
    const { database } = figures;
    this.#watch = new DatabaseWatch({
      running: () => deps.database.running,
      failing: database.failing,
      probe: deps.probeDatabase,
      now: () => deps.clock.now(),
      onFailed: (error) => deps.taps.failure.emit?.('process', 'database', error),
    });
    database.waitedFor = (statement, callSite, tookMs) => this.#watch.waitedFor(statement, callSite, tookMs);
    this.#counted = deps.countedStatements === null ? EMBEDDED : NOT_ASKED;
  }

  close(): void {
    this.#watch.close();
  }

  get holders(): readonly Holder[] {
    return this.#deps.database.holders;
  }

  get writeBehind(): WriteBehindDepth {
    return this.#deps.writeBehind();
  }

  /** All that is known, with the server's own count of statements as it is now. */
  async read(): Promise<OpsDatabase> {
    this.#ask();
    if (this.#counted === NOT_ASKED && this.#asking !== null) await Promise.race([this.#asking, after(FIRST_MS)]);
    return this.look();
  }

  /** The same without asking the database anything: its own count is the newest that somebody has asked for. */
  look(): OpsDatabase {
    const { databaseKind: kind, database, storeHealth, clock } = this.#deps;
    const { acquire, held, statements, slow } = this.#figures.database;
    const now = clock.now();
    const health = storeHealth();
    const because = (health.state === 'ok' ? health.waits?.because : health.state === 'away' && health.because) || null;
    return {
      kind,
      state: health.state,
      because: because === null ? null : withoutSecrets(because),
      pool: database.pool,
      acquire: acquire.read(now),
      held: held.read(now),
      holders: this.holders.map(({ heldMs, callSite, sql }) => ({
        heldMs: Math.round(heldMs * 10) / 10,
        callSite,
        statement: sql === null ? null : statementName(sql),
      })),
      statements: [...statements]
        .map(([name, { latency, errors }]) => ({ name, errors, ...latency.read(now) }))
        .sort((a, b) => (b.p95Ms ?? -1) - (a.p95Ms ?? -1)),
      slow: [...slow].reverse(),
      ...this.#watch.read(),
      writeBehind: this.writeBehind,
      server: served(this.#counted),
    };
  }

  /** Asks the server for its count, where it is time and a connection is free for it. */
  #ask(): void {
    const { countedStatements, database, clock } = this.#deps;
    if (countedStatements === null || this.#asking !== null || clock.now() - this.#askedAt < ASK_MS) return;
    const { waiting, idle, total, max } = database.pool;
    if (waiting > 0 || (idle === 0 && total >= max)) return;
    this.#askedAt = clock.now();
    this.#asking = countedStatements().then((counted) => {
      this.#counted = counted;
      this.#asking = null;
    });
  }
}

/** By name: a server counts by text, and texts stay here. */
function served(counted: CountedStatements): OpsDatabase['server'] {
  if (counted.state === 'not_there') return counted;
  const byName = new Map<string, { calls: number; totalMs: number; rows: number }>();
  for (const { sql, calls, totalMs, rows } of counted.statements) {
    const name = statementName(sql);
    const sum = byName.get(name) ?? { calls: 0, totalMs: 0, rows: 0 };
    byName.set(name, { calls: sum.calls + calls, totalMs: sum.totalMs + totalMs, rows: sum.rows + rows });
  }
  const statements = [...byName].map(
    ([name, { calls, totalMs, rows }]): ServerStatement => ({
      name,
      calls,
      rows,
      totalMs: hundredth(totalMs),
      meanMs: hundredth(totalMs / Math.max(1, calls)),
    }),
  );
  statements.sort((a, b) => b.totalMs - a.totalMs);
  return { state: 'there', statements: statements.slice(0, MOST_STATEMENTS) };
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
