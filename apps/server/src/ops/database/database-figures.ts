import type { OpsDatabase } from '@okboxbox/protocol';
import type { RunningStatement } from '../../store/database.js';
import { Samples } from '../figures/counters.js';
import { LatencyWindow } from '../figures/latency-window.js';
import { FailingStatements } from './failing-statements.js';

/** Percentiles of queries: window in ms, and most samples. */
const WINDOW_MS = 300_000;
const MOST_SAMPLES = 2_000;
/** Statements that are told apart; what comes beyond is `other`. */
const MOST_STATEMENTS = 64;
/** A query that takes as long as this is a slow one, in ms; the newest of them are kept. */
const SLOW_MS = 200;
const MOST_SLOW = 100;
/** A statement's verb and first table are in its head. */
const HEAD = 400;
const STATEMENT =
  /^\s{0,20}(insert into|delete from|update|select|begin|start transaction|commit|rollback|savepoint|create|alter|drop|connect)\b/i;
const TABLE = /\b(?:from|into|update)\s{1,5}(?:"?\w{1,60}"?\.)?"?(\w{1,60})"?/i;

/** What is known of one statement, by its name. */
export class StatementFigures {
  readonly latency = new LatencyWindow();
  /** Since the beginning; times in ms. */
  count = 0;
  totalMs = 0;
  errors = 0;
}

/** What a slow statement was seen waiting for. */
export type WaitedFor = NonNullable<OpsDatabase['slow'][number]['waitedFor']>;

/** A query that was answered, and took long. */
export interface SlowQuery {
  readonly at: number;
  readonly statement: string;
  readonly tookMs: number;
  readonly callSite: string;
  readonly waitedFor?: WaitedFor;
}

/** What the taps say of the database. */
export class DatabaseFigures {
  readonly query = new Samples(WINDOW_MS, MOST_SAMPLES);
  readonly acquire = new LatencyWindow();
  readonly held = new LatencyWindow();
  readonly statements = new Map<string, StatementFigures>();
  /** Newest last. */
  readonly slow: SlowQuery[] = [];
  readonly failing = new FailingStatements();
  /** Says of a slow one that it was seen waiting; the watch of the database does. */
  waitedFor: (statement: string, callSite: string, tookMs: number) => WaitedFor | null = () => null;
  queries = 0;
  errors = 0;

  /**
   * The time that 95 of 100 queries do not exceed, of the last five minutes or a shorter while. Those that have not ended
   * count with their ages.
   */
  queryMsP95(now: number, running: readonly RunningStatement[], windowMs?: number): number | null {
    const ages = running.flatMap(({ sql, ageMs }) => (sql === 'connect' ? [] : ageMs));
    return this.query.p95(now, windowMs, ages);
  }

  /** Counts a query that came to its end, well or with an error. */
  add(statement: string, tookMs: number, error: unknown, callSite: string, now: number): void {
    const hasFailed = error !== null;
    const figures = this.#statement(statement);
    figures.count += 1;
    figures.totalMs += tookMs;
    figures.latency.add(tookMs, now);
    if (hasFailed) {
      this.failing.failed(statement, callSite, error, now);
      this.errors += 1;
      figures.errors += 1;
    } else {
      this.failing.succeeded(statement, callSite);
      this.queries += 1;
      this.query.add(tookMs, now);
    }
    // What failed is an error, however long it took: the statement is not to blame where nobody answered.
    if (hasFailed || tookMs < SLOW_MS) return;
    const waitedFor = this.waitedFor(statement, callSite, tookMs);
    this.slow.push({
      at: Math.round(now),
      statement,
      tookMs: Math.round(tookMs * 10) / 10,
      callSite,
      ...(waitedFor !== null && { waitedFor }),
    });
    if (this.slow.length > MOST_SLOW) this.slow.shift();
  }

  #statement(name: string): StatementFigures {
    const known = this.statements.get(name);
    if (known !== undefined) return known;
    const own = this.statements.size < MOST_STATEMENTS ? name : 'other';
    const figures = this.statements.get(own) ?? new StatementFigures();
    this.statements.set(own, figures);
    return figures;
  }
}

/** A statement by its verb and table: no value and no other text of it. */
export function statementName(sql: string): string {
  const head = sql.slice(0, HEAD);
  const verb = STATEMENT.exec(head)?.[1]?.toLowerCase();
  // Of what is not understood, nothing is told: what looks like a table in it may be anything.
  if (verb === undefined) return 'other';
  const table = TABLE.exec(head)?.[1];
  return table === undefined ? verb : `${verb.split(' ')[0]} ${table}`;
}
