import { Samples } from './figures.js';

/** Percentiles of queries are of this long, in ms, and of no more than so many. */
const WINDOW_MS = 300_000;
const MOST_SAMPLES = 2_000;
/** A statement's verb and first table are in its head. */
const HEAD = 400;
const STATEMENT = /^\s{0,20}(insert into|delete from|update|select|begin|commit|rollback|create|alter|drop|connect)\b/i;
const TABLE = /\b(?:from|into|update)\s{1,5}"?(\w{1,60})"?/i;

/** What the taps say of the database. */
export class DatabaseFigures {
  readonly query = new Samples(WINDOW_MS, MOST_SAMPLES);
  readonly acquire = new Samples(WINDOW_MS, MOST_SAMPLES);
  readonly held = new Samples(WINDOW_MS, MOST_SAMPLES);
  queries = 0;
  errors = 0;
}

/** A statement by its verb and table: no value and no other text of it. */
export function statementName(sql: string): string {
  const head = sql.slice(0, HEAD);
  const verb = STATEMENT.exec(head)?.[1]?.toLowerCase() ?? 'other';
  const table = TABLE.exec(head)?.[1];
  return table === undefined ? verb : `${verb.split(' ')[0]} ${table}`;
}
