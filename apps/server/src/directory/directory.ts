import type { SessionSummary } from '@okboxbox/protocol';
import type { Owner, SocketOwner } from './owner.js';
import type { ShowRecord } from './show-record.js';

/** What an edge knows of a session, as plain data. */
export interface SessionRecord {
  readonly summary: SessionSummary;
  /** Car numbers that two entries of it have, while it runs: own-car data of these is given to nobody. */
  readonly sharedCars: readonly string[];
}

/**
 * Which server owns a show, and what every server may know of shows and sessions without asking their owner: the replica
 * that joins and rights are answered from. A record is never changed, only replaced: it is the same object until something
 * in it is different.
 */
export interface Directory<O extends SocketOwner = Owner> {
  /** The time on a show's clock as this server knows it, in ms: never ahead of its owner's, and it never falls back. */
  now(show: string): number;
  /** What is known of a show; of one that nobody has put, that it is not public and follows nothing. */
  show(show: string): ShowRecord;
  /** A session, running or ended; `undefined` where there is none of that id. */
  session(sessionId: string): SessionRecord | undefined;
  /** All sessions, in no order. */
  sessions(): Iterable<SessionRecord>;
  /** A show's newest session, running before ended, whether the show follows it or not. */
  newestOf(show: string): SessionRecord | undefined;
  /**
   * The server that owns a show; a show that nobody owns yet is taken by one that offers to own it.
   * @throws NoOwnerError where there is none: it has stopped, and no other has taken its place yet
   */
  ownerOf(show: string): Promise<O>;
  /** All that own a show, or offer to. */
  owners(): Promise<readonly O[]>;
}

/** The side of an owner: what it keeps current for all others. In force for edges of this process when a call returns. */
export interface OwnerDirectory<O extends SocketOwner = Owner> {
  /** Offers to own every show that nobody else owns; returns the way to give them all up. */
  offer(owner: O): () => void;
  /** Replaces what is known of a show. To be called before anything that rests on it is sent. */
  putShow(record: ShowRecord): void;
  /** Replaces what is known of a session. */
  putSession(record: SessionRecord): void;
}
