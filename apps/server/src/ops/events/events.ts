import {
  OPS_EVENT_NAMES,
  OPS_EVENT_TYPES,
  type OpsEventName,
  type OpsEventsAnswer,
  type OpsEventType,
} from '@okboxbox/protocol';
import { type FieldsOf, safeFields } from './event-fields.js';
import { EventRing, type Kept } from './event-ring.js';

/** What the events of each kind may take, in bytes: sockets come and go by the thousand, sessions do not. */
const BUDGETS: Readonly<Record<OpsEventType, number>> = {
  socket: 4_000_000,
  relay: 1_000_000,
  session: 500_000,
  broadcast: 500_000,
  error: 1_000_000,
};
/** The same again within this, in ms, is counted and not added: a broken relay must not push out all else. */
const AGAIN_MS = 10_000;
/** Events that may be counted so; more than these in the time are added. */
const MOST_AGAIN = 1_000;

const TYPE_OF: Readonly<Record<string, OpsEventType>> = Object.fromEntries(
  OPS_EVENT_TYPES.flatMap((type) => OPS_EVENT_NAMES[type].map((event) => [event, type])),
);

/** What is asked for of the events. */
export interface EventsQuery {
  readonly type?: OpsEventType | undefined;
  readonly event?: OpsEventName | undefined;
  readonly sessionId?: string | undefined;
  /** Only those with a smaller id. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** What has happened lately, by kind: typed, free of secrets from the moment it is noted, and bounded. */
export class OpsEvents {
  readonly #now: () => number;
  readonly #rings: Readonly<Record<OpsEventType, EventRing>>;
  readonly #again = new Map<string, Kept>();
  #lastId = 0;
  /** How many of each there have been, repetitions included. */
  readonly counts = Object.fromEntries(Object.keys(TYPE_OF).map((event) => [event, 0])) as Record<OpsEventName, number>;
  /** Fields that were not declared for their event. */
  fieldsLeftOut = 0;
  /** Hears each event that is added, where anybody wants to know. */
  onNoted: ((event: Kept) => void) | null = null;

  constructor(now: () => number, budgets: Readonly<Record<OpsEventType, number>> = BUDGETS) {
    this.#now = now;
    this.#rings = Object.fromEntries(OPS_EVENT_TYPES.map((type) => [type, new EventRing(budgets[type])])) as Record<
      OpsEventType,
      EventRing
    >;
  }

  /** Notes an event. With `again`, one that is the same by that key counts as a repetition for a while. */
  note<E extends OpsEventName>(event: E, fields: FieldsOf<E>, again?: string): void {
    this.counts[event] += 1;
    const at = Math.round(this.#now());
    const type = TYPE_OF[event] as OpsEventType;
    const ring = this.#rings[type];
    const key = again === undefined ? null : `${event} ${again}`;
    const before = key === null ? undefined : this.#again.get(key);
    if (before !== undefined && at - before.at < AGAIN_MS && ring.holds(before)) {
      before.count = (before.count ?? 1) + 1;
      before.lastAt = at;
      return;
    }
    const { safe, left } = safeFields(event, fields);
    this.fieldsLeftOut += left;
    this.#lastId += 1;
    const kept: Kept = { id: this.#lastId, at, type, event, ...safe };
    ring.add(kept);
    this.onNoted?.(kept);
    if (key === null) return;
    if (this.#again.size >= MOST_AGAIN) this.#again.clear();
    this.#again.set(key, kept);
  }

  /** The newest events that fit, newest first. */
  newest({ type, event, sessionId, before = Number.POSITIVE_INFINITY, limit }: EventsQuery): OpsEventsAnswer {
    const types: readonly OpsEventType[] = type === undefined ? OPS_EVENT_TYPES : [type];
    const fits = (each: Kept) =>
      each.id < before &&
      (event === undefined || each.event === event) &&
      (sessionId === undefined || each.sessionId === sessionId);
    // One more than asked for tells whether there is more.
    const found = types.flatMap((each) => this.#rings[each].newest(fits, limit + 1));
    found.sort((a, b) => b.id - a.id);
    const events = found.slice(0, limit);
    return {
      events,
      evicted: types.reduce((sum, each) => sum + this.#rings[each].evicted, 0),
      before: found.length > limit ? (events.at(-1)?.id ?? null) : null,
    };
  }

  /** What all rings take, in bytes. */
  get bytes(): number {
    return OPS_EVENT_TYPES.reduce((sum, type) => sum + this.#rings[type].bytes, 0);
  }

  get evicted(): number {
    return OPS_EVENT_TYPES.reduce((sum, type) => sum + this.#rings[type].evicted, 0);
  }
}
