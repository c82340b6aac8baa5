import { type Entry, entryOf, type FeedState, type Row, type TimingAnswer } from '@okboxbox/protocol';

/** A feed's state with plain named fields instead of rows. */
export function namedTiming(feed: FeedState, at: number | null): TimingAnswer {
  return {
    sessionId: feed.session.sessionId,
    at,
    sessionTime: feed.clock.sessionTimeMs === null ? null : feed.clock.sessionTimeMs / 1000,
    phase: feed.clock.phase,
    flags: feed.clock.flags,
    entries: namedEntries(feed, Object.keys(feed.rows).map(Number)),
    onAir: feed.onAir,
    ...(feed.topics.epoch !== '' && { topics: feed.topics }),
  };
}

/** The entries of some cars, by position. */
export function namedEntries(feed: FeedState, cars: readonly number[]): Entry[] {
  const wanted = new Set(cars);
  return feed.entries
    .filter((info) => wanted.has(info.car) && feed.rows[info.car] !== undefined)
    .map((info) => entryOf(info, feed.rows[info.car] as Row))
    .sort((a, b) => (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER));
}
