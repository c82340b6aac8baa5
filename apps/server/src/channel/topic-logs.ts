import { randomBytes } from 'node:crypto';
import { type FeedTopics, TOPICS, type TopicName, type TopicRow, topicColumns } from '@okboxbox/protocol';
import { SharedJson } from './shared-json.js';

/** Rows of a topic from one number up to, and without, another. The same numbers always give the same rows. */
export type RowsOf = (topic: TopicName, from: number, to: number) => readonly TopicRow[];

/** A chunk of a topic. */
export interface TopicChunk {
  readonly json: SharedJson;
  /** Whether it has all the rows that it will ever have: it does not change any more. */
  readonly isFull: boolean;
}

/** A name for a new epoch of logs: chunks of a show that is not published cannot be guessed. */
export function newEpoch(): string {
  return randomBytes(12).toString('base64url');
}

/** A session's logs of one epoch as one audience may see them. A chunk is written once, for all who ask for it. */
export class TopicLogs {
  readonly epoch: string;
  readonly rows: RowsOf;
  readonly #sessionId: string;
  readonly #full = new Map<string, TopicChunk>();
  /** The chunk of each topic that still grows, as it was written last. */
  readonly #growing = new Map<TopicName, { readonly nr: number; readonly count: number; readonly chunk: TopicChunk }>();

  constructor(sessionId: string, epoch: string, rows: RowsOf) {
    this.#sessionId = sessionId;
    this.epoch = epoch;
    this.rows = rows;
  }

  /** A chunk as far as a state of `topics` has come; `null` where it has not come to it, or has no such topic. */
  chunk(topics: FeedTopics, topic: TopicName, nr: number): TopicChunk | null {
    const { chunkRows } = TOPICS[topic];
    const from = nr * chunkRows;
    const count = Math.min((topics[topic] ?? 0) - from, chunkRows);
    if (topics.epoch !== this.epoch || count <= 0) return null;
    return count === chunkRows ? this.#fullChunk(topic, nr, from) : this.#growingChunk(topic, nr, from, count);
  }

  #fullChunk(topic: TopicName, nr: number, from: number): TopicChunk {
    const key = `${topic} ${nr}`;
    const known = this.#full.get(key);
    if (known !== undefined) return known;
    const chunk = { json: this.#write(topic, nr, from, TOPICS[topic].chunkRows), isFull: true };
    this.#full.set(key, chunk);
    return chunk;
  }

  #growingChunk(topic: TopicName, nr: number, from: number, count: number): TopicChunk {
    const known = this.#growing.get(topic);
    if (known?.nr === nr && known.count === count) return known.chunk;
    const chunk = { json: this.#write(topic, nr, from, count), isFull: false };
    this.#growing.set(topic, { nr, count, chunk });
    return chunk;
  }

  #write(topic: TopicName, nr: number, from: number, count: number): SharedJson {
    const rows = this.rows(topic, from, from + count);
    const name = { sessionId: this.#sessionId, topic, epoch: this.epoch, chunk: nr, from };
    return new SharedJson(JSON.stringify({ ...name, ...topicColumns(topic), rows }));
  }
}

/**
 * The logs of a session that an audience may still read: those of the newest epoch, and of the epochs before as long as a
 * picture that is shown later is of them.
 */
export class TopicEpochs {
  #logs: readonly TopicLogs[] = [];

  /** The logs of an epoch; `undefined` where nobody can be shown them any more. */
  of(epoch: string): TopicLogs | undefined {
    return this.#logs.find((logs) => logs.epoch === epoch);
  }

  /** Rows of an epoch; none where it is not kept. */
  rows(epoch: string, ...[topic, from, to]: Parameters<RowsOf>): readonly TopicRow[] {
    return this.of(epoch)?.rows(topic, from, to) ?? [];
  }

  /** Adds the logs of the newest epoch. */
  begin(logs: TopicLogs): void {
    this.#logs = [...this.#logs, logs];
  }

  /** Drops the logs of all epochs before one. */
  forgetBefore(epoch: string): void {
    const first = this.#logs.findIndex((logs) => logs.epoch === epoch);
    if (first > 0) this.#logs = this.#logs.slice(first);
  }
}
