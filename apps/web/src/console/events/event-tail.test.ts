import type { OpsEvent, OpsEventsAnswer } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventTail, withNewest, withOlder } from './event-tail.js';

const event = (id: number, count?: number): OpsEvent => ({
  id,
  at: id * 10,
  type: 'socket',
  event: 'connect',
  ...(count !== undefined && { count }),
});

/** What a server with events 1 to `newest` answers. */
function answer(newest: number, limit: number, before = newest + 1): OpsEventsAnswer {
  const top = Math.min(newest, before - 1);
  const events = Array.from({ length: Math.min(limit, top) }, (_, place) => event(top - place));
  const oldest = top - events.length;
  return { events, before: oldest > 0 ? oldest + 1 : null, evicted: 0 };
}
const ids = ({ events }: EventTail) => events.map(({ id }) => id);

describe('the tail of events', () => {
  it('grows at its top', () => {
    const tail = withNewest(withNewest(null, answer(5, 3)), answer(6, 3));
    expect(ids(tail)).toEqual([6, 5, 4, 3]);
    expect(tail.before).toBe(3);
  });

  it('grows at its foot by older pages, to the first', () => {
    const known = withNewest(null, answer(5, 2));
    const tail = withOlder(known, answer(5, 3, known.before ?? 0));
    expect(ids(tail)).toEqual([5, 4, 3, 2, 1]);
    expect(tail.before).toBeNull();
  });

  it('shows how often an event has been repeated by now', () => {
    const known = withNewest(null, { events: [event(2), event(1)], before: null, evicted: 0 });
    const tail = withNewest(known, { events: [event(2, 7), event(1)], before: null, evicted: 0 });
    expect(tail.events[0]?.count).toBe(7);
  });

  it('has no gap: where more came than an answer holds, it begins anew and can be read on from there', () => {
    const tail = withNewest(withNewest(null, answer(5, 3)), answer(50, 3));
    expect(ids(tail)).toEqual([50, 49, 48]);
    expect(tail.before).toBe(48);
  });

  it('is whole whatever comes when', () => {
    const steps = fc.array(fc.oneof(fc.record({ grow: fc.nat(6) }), fc.constant('older' as const)), { maxLength: 20 });
    fc.assert(
      fc.property(steps, (all) => {
        let newest = 4;
        let tail = withNewest(null, answer(newest, 4));
        for (const step of all) {
          if (step === 'older') {
            if (tail.before !== null) tail = withOlder(tail, answer(newest, 4, tail.before));
          } else {
            newest += step.grow;
            tail = withNewest(tail, answer(newest, 4));
          }
          const last = tail.events.at(-1)?.id ?? 0;
          expect(ids(tail)).toEqual(Array.from({ length: newest - last + 1 }, (_, place) => newest - place));
          expect(tail.before).toBe(last === 1 ? null : last);
        }
      }),
    );
  });
});
