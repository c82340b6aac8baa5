import type { Trace } from '@okboxbox/protocol';
import { fields } from '../allow-list.js';
import { event } from '../fields/event-fields.js';
import { frameDeliveries, TRACE_HEAD, traceEvent } from '../fields/trace-fields.js';
import { section } from '../section.js';

/** One trace, whole. Who got a frame comes before what passed: by then every socket's id has been met as one. */
export const trace = section('trace', async (world, { traceId }) => {
  if (traceId === null) return { skipped: 'No trace was asked for ("traceId").' };
  const found = await world.trace(traceId);
  if (found === null) return { skipped: 'The trace has been forgotten meanwhile.' };
  const { events, happened, deliveries, ...head } = found;
  return {
    head,
    rule: fields<Trace>(TRACE_HEAD),
    lists: [
      { name: 'deliveries', rows: deliveries, rule: frameDeliveries },
      { name: 'happened', rows: happened, rule: event },
      { name: 'events', rows: events, rule: traceEvent },
    ],
  };
});
