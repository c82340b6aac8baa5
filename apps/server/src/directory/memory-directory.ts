import type { Directory, OwnerDirectory, SessionRecord } from './directory.js';
import type { Owner, SocketOwner } from './owner.js';
import { NoOwnerError } from './owner-refusal.js';
import { type ShowRecord, unknownShow } from './show-record.js';

/** The directory of one process: owners and edges share what it holds. */
export class MemoryDirectory<O extends SocketOwner = Owner> implements Directory<O>, OwnerDirectory<O> {
  readonly #now: () => number;
  readonly #shows = new Map<string, ShowRecord>();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #offers = new Set<O>();
  readonly #owners = new Map<string, O>();

  /** `now` is the clock of the process, in ms; all its shows run on it. */
  constructor(now: () => number) {
    this.#now = now;
  }

  now(_show: string): number {
    return this.#now();
  }

  show(show: string): ShowRecord {
    return this.#shows.get(show) ?? unknownShow(show);
  }

  /** All shows that have been put, in no order. */
  protected shows(): Iterable<ShowRecord> {
    return this.#shows.values();
  }

  session(sessionId: string): SessionRecord | undefined {
    return this.#sessions.get(sessionId);
  }

  sessions(): Iterable<SessionRecord> {
    return this.#sessions.values();
  }

  newestOf(show: string): SessionRecord | undefined {
    let newest: SessionRecord | undefined;
    for (const record of this.#sessions.values()) {
      if (record.summary.show === show && (newest === undefined || isNewer(record, newest))) newest = record;
    }
    return newest;
  }

  async ownerOf(show: string): Promise<O> {
    const owner = this.#owners.get(show) ?? [...this.#offers][0];
    if (owner === undefined) throw new NoOwnerError(show);
    this.#owners.set(show, owner);
    return owner;
  }

  async owners(): Promise<readonly O[]> {
    return [...this.#offers];
  }

  offer(owner: O): () => void {
    this.#offers.add(owner);
    return () => {
      this.#offers.delete(owner);
      for (const [show, each] of this.#owners) if (each === owner) this.#owners.delete(show);
    };
  }

  putShow(record: ShowRecord): void {
    this.#shows.set(record.show, record);
  }

  putSession(record: SessionRecord): void {
    this.#sessions.set(record.summary.sessionId, record);
  }
}

function isNewer({ summary }: SessionRecord, { summary: other }: SessionRecord): boolean {
  if (summary.status !== other.status) return summary.status === 'live';
  return summary.startedAt > other.startedAt;
}
