import type { EntryInfo } from './entries.js';
import type { OnAir } from './on-air.js';
import type { Row } from './rows.js';
import type { FeedClock, FeedEvent, FeedSession, FeedState, FeedTopics } from './state.js';
import { TOPIC_NAMES, TOPICS, type TopicName, type TopicRow } from './topics.js';

/**
 * What a viewer holds and how it changes (SPEC.md, FEED). A join answers with the whole `FeedState`;
 * each `feed` message carries a `FeedChange`, and `applyChange(old, change)` is the new state.
 */

/** A changed row: the car, a bit for each changed column (2 to the power of its index), the new values in order. */
export type RowChange = readonly [car: number, columns: number, ...values: (number | null)[]];

/** What is different; absent parts are as they were. */
export interface FeedChange {
  readonly session?: FeedSession;
  readonly clock?: Partial<FeedClock>;
  /** The whole list: crews change rarely. */
  readonly entries?: readonly EntryInfo[];
  readonly rows?: readonly RowChange[];
  /** Cars whose row is taken away, before `rows` are applied. */
  readonly gone?: readonly number[];
  /** The newest race events: `keep` of the old ones stay, `added` come behind them. */
  readonly events?: { readonly keep: number; readonly added: readonly FeedEvent[] };
  /** Slots that changed. */
  readonly onAir?: Partial<OnAir>;
  /** The car that the sim's camera shows now; `null`: nobody says it. */
  readonly camera?: number | null;
  /** Logs that have grown, by the number of their rows; another epoch: the rows of before say nothing any more. */
  readonly topics?: Partial<FeedTopics>;
  /** The rows that came to them. No part of the state: a reader that holds none of a log needs none of them. */
  readonly appended?: AppendedRows;
}

/** The newest rows of each topic, as many as came; the last one is the last by the topic's new number. */
export type AppendedRows = { readonly [N in TopicName]?: readonly TopicRow[] };

/** Position in a feed. A new epoch means: start again from the whole state. */
export interface FeedPosition {
  readonly epoch: string;
  readonly seq: number;
  /** The instant shown, milliseconds since the epoch on the server's clock; `null` before the first frame. */
  readonly at: number | null;
}
/** One message of the feed: every topic of a tick. */
export type FeedMessage = FeedPosition & FeedChange & { readonly sessionId: string };

/** Most columns of a row: the change's bits must fit a double exactly. */
export const MAX_ROW_COLUMNS = 52;

/** The change that makes `next` of `previous`, or `null` where they are the same. */
export function changeBetween(previous: FeedState, next: FeedState): FeedChange | null {
  const change: { -readonly [K in keyof FeedChange]: FeedChange[K] } = {};
  if (!same(previous.session, next.session)) change.session = next.session;
  if (!same(previous.entries, next.entries)) change.entries = next.entries;
  const clock = fieldsChange(previous.clock, next.clock);
  if (clock) change.clock = clock;
  if (!same(previous.events, next.events)) change.events = eventsChange(previous.events, next.events);
  const cued = fieldsChange(previous.onAir, next.onAir);
  if (cued) change.onAir = cued;
  if ((previous.camera ?? null) !== (next.camera ?? null)) change.camera = next.camera ?? null;
  const topics = fieldsChange(previous.topics, next.topics);
  if (topics) change.topics = topics;

  const rows: RowChange[] = [];
  const gone = Object.keys(previous.rows)
    .filter((car) => !(car in next.rows))
    .map(Number);
  for (const key in next.rows) {
    const car = Number(key);
    const row = next.rows[car] as Row;
    const before = previous.rows[car];
    if (before !== undefined && before.length === row.length) {
      const changed = rowChange(car, before, row);
      if (changed) rows.push(changed);
    } else {
      // Bits cannot say that a row got shorter: it goes, and comes again whole.
      if (before !== undefined) gone.push(car);
      rows.push(rowChange(car, [], row) ?? [car, 0]);
    }
  }
  if (rows.length > 0) change.rows = rows;
  if (gone.length > 0) change.gone = gone;
  return Object.keys(change).length > 0 ? change : null;
}

/** The state after a change. Rows that did not change stay the same objects, so a page can compare by identity. */
export function applyChange(state: FeedState, change: FeedChange): FeedState {
  return {
    session: change.session ?? state.session,
    clock: change.clock ? { ...state.clock, ...change.clock } : state.clock,
    entries: change.entries ?? state.entries,
    rows: change.rows || change.gone ? changedRows(state.rows, change) : state.rows,
    events: change.events ? changedEvents(state.events, change.events) : state.events,
    onAir: change.onAir ? { ...state.onAir, ...change.onAir } : state.onAir,
    ...cameraAfter(state, change),
    topics: change.topics ? { ...state.topics, ...change.topics } : state.topics,
  };
}

function cameraAfter(state: FeedState, change: FeedChange): Pick<FeedState, 'camera'> {
  const camera = change.camera === undefined ? state.camera : change.camera;
  return camera === undefined ? {} : { camera };
}

/**
 * A change between two states with the rows that came to the logs between them, as `rowsOf` gives them from one number up
 * to another. What is more than a chunk is left out, and so is what came with another epoch: a reader asks for the chunks.
 */
export function withAppended(
  change: FeedChange,
  before: FeedTopics,
  rowsOf: (topic: TopicName, from: number, to: number) => readonly TopicRow[],
): FeedChange {
  const { topics } = change;
  if (topics === undefined || topics.epoch !== undefined) return change;
  const appended: { -readonly [N in TopicName]?: readonly TopicRow[] } = {};
  for (const topic of TOPIC_NAMES) {
    const from = before[topic] ?? 0;
    const to = topics[topic] ?? from;
    if (to > from && to - from <= TOPICS[topic].chunkRows) appended[topic] = rowsOf(topic, from, to);
  }
  return Object.keys(appended).length > 0 ? { ...change, appended } : change;
}

function eventsChange(previous: FeedState['events'], next: FeedState['events']): FeedChange['events'] & object {
  const ids = next.map(({ id }) => id).join();
  for (let keep = Math.min(previous.length, next.length); keep > 0; keep--) {
    const kept = previous.slice(-keep);
    const isPrefix = ids.startsWith(kept.map(({ id }) => id).join()) && same(kept, next.slice(0, keep));
    if (isPrefix) return { keep, added: next.slice(keep) };
  }
  return { keep: 0, added: next };
}

function changedEvents(events: FeedState['events'], change: FeedChange['events'] & object): FeedState['events'] {
  return [...(change.keep > 0 ? events.slice(-change.keep) : []), ...change.added];
}

function changedRows(rows: FeedState['rows'], change: FeedChange): FeedState['rows'] {
  const next: Record<number, Row> = { ...rows };
  for (const car of change.gone ?? []) delete next[car];
  for (const [car, columns, ...values] of change.rows ?? []) {
    const row = [...(next[car] ?? [])];
    let value = 0;
    for (let column = 0, left = columns; left >= 1 && column < MAX_ROW_COLUMNS; column++, left = Math.floor(left / 2)) {
      if (left % 2 === 1) row[column] = values[value++] ?? null;
    }
    next[car] = row;
  }
  return next;
}

function rowChange(car: number, previous: Row, next: Row): RowChange | null {
  let columns = 0;
  const values: (number | null)[] = [];
  for (let i = 0; i < next.length; i++) {
    const value = next[i] ?? null;
    if (previous[i] === value) continue;
    columns += 2 ** i;
    values.push(value);
  }
  return columns === 0 ? null : [car, columns, ...values];
}

/** The fields of a part that differ; `null` where none does. */
function fieldsChange<T extends FeedClock | OnAir | FeedTopics>(previous: T, next: T): Partial<T> | null {
  if (previous === next) return null;
  const change: Partial<T> = {};
  for (const key of Object.keys(next) as (keyof T)[]) {
    if (!same(previous[key], next[key])) change[key] = next[key];
  }
  return Object.keys(change).length > 0 ? change : null;
}

/** Equality of plain JSON values; identity first, since unchanged parts are usually the same object. */
function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
