import { Samples } from './figures.js';
import { LatencyWindow } from './latency-window.js';

/** Percentiles of queries are of this long, in ms, and of no more than so many. */
const WINDOW_MS = 300_000;
const MOST_SAMPLES = 2_000;
/** Statements that are told apart; what comes beyond is `other`. */
const MOST_STATEMENTS = 64;
/** A query that takes as long as this is a slow one, in ms; so many of the newest are kept. */
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

/** A query that was answered, and took long. */
export interface SlowQuery {
  readonly at: number;
  readonly statement: string;
  readonly tookMs: number;
  readonly callSite: string;
}

/** What the taps say of the database. */
export class DatabaseFigures {
  readonly query = new Samples(WINDOW_MS, MOST_SAMPLES);
  readonly acquire = new LatencyWindow();
  readonly held = new LatencyWindow();
  readonly statements = new Map<string, StatementFigures>();
  /** Newest last. */
  readonly slow: SlowQuery[] = [];
  queries = 0;
  errors = 0;

  /** Counts a query that came to its end, well or not. */
  add(statement: string, tookMs: number, hasFailed: boolean, callSite: string, now: number): void {
    const figures = this.#statement(statement);
    figures.count += 1;
    figures.totalMs += tookMs;
    figures.latency.add(tookMs, now);
    if (hasFailed) {
      this.errors += 1;
      figures.errors += 1;
    } else {
      this.queries += 1;
      this.query.add(tookMs, now);
    }
    // What failed is an error, however long it took: the statement is not to blame where nobody answered.
    if (hasFailed || tookMs < SLOW_MS) return;
    this.slow.push({ at: Math.round(now), statement, tookMs: Math.round(tookMs * 10) / 10, callSite });
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
