import { type OpsEvent, opsEvent } from '@okboxbox/protocol';
import type { OpsEvents } from '../../events/events.js';
import { fields, number } from '../allow-list.js';
import { ruleOf } from '../rules.js';
import { section } from '../section.js';
import { eventIsOf } from './in-scope.js';

/** Events that are taken from the rings at once. */
const PAGE = 250;

/** All that has happened and is still known, of every kind, newest first: as `/api/ops/events` has it. */
export const events = section('events', ({ operations }, { sessionId, reaches }) => {
  const kept = operations.figures.events;
  return {
    head: { evicted: kept.evicted },
    rule: fields<{ evicted: number }>({ evicted: number }),
    lists: [{ name: 'events', rows: of(newest(kept), sessionId, reaches), rule: ruleOf(opsEvent) }],
  };
});

/** All events that are kept, newest first, without a copy of them all. */
export function* newest(events: OpsEvents): Generator<OpsEvent> {
  let before: number | null | undefined;
  while (before !== null) {
    const page = events.newest({ ...(before !== undefined && { before }), limit: PAGE });
    yield* page.events;
    before = page.before;
  }
}

function* of(events: Iterable<OpsEvent>, sessionId: string | null, reaches: (at: number) => void): Generator<OpsEvent> {
  for (const each of events) {
    if (!eventIsOf(sessionId, each)) continue;
    reaches(each.at);
    yield each;
  }
}
