import type { OpsEvent, OpsEventsAnswer } from '@okboxbox/protocol';

/** Events as far as they are known, newest first. */
export interface EventTail {
  readonly events: readonly OpsEvent[];
  /** Give this as `before` for older ones; `null` where there are none. */
  readonly before: number | null;
  /** Events that have made room for newer ones, at the server. */
  readonly evicted: number;
}

/** Events that are kept on a page: about a night's. The oldest go, and can be read again. */
const MOST = 20_000;

/**
 * Takes in the newest events. One that is known already is taken anew: it may have been repeated since. Where more has
 * happened than one answer holds, what was known before is let go: a list with a gap would look like one without.
 */
export function withNewest(known: EventTail | null, newest: OpsEventsAnswer): EventTail {
  const { events, before, evicted } = newest;
  const oldest = events.at(-1);
  if (known === null || oldest === undefined || before === null) return { events, before, evicted };
  const older = known.events.filter(({ id }) => id < oldest.id);
  const isConnected = known.events.some(({ id }) => id >= oldest.id);
  if (!isConnected) return { events, before, evicted };
  const all = [...events, ...older];
  const kept = all.slice(0, MOST);
  return { events: kept, before: kept.length < all.length ? (kept.at(-1)?.id ?? null) : known.before, evicted };
}

/** Takes in a page of older events. */
export function withOlder(known: EventTail, older: OpsEventsAnswer): EventTail {
  const oldest = known.events.at(-1)?.id ?? Number.POSITIVE_INFINITY;
  return {
    events: [...known.events, ...older.events.filter(({ id }) => id < oldest)],
    before: older.before,
    evicted: known.evicted,
  };
}
