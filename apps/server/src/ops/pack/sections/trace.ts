import { frameDeliveries, opsEvent, traceEvent, traceHead } from '@okboxbox/protocol';
import { ruleOf } from '../rules.js';
import { section } from '../section.js';

/** One trace, whole. Who got a frame comes before what passed: by then every socket's id has been met as one. */
export const trace = section('trace', async (deps, { traceId }) => {
  if (traceId === null) return { skipped: 'No trace was asked for ("traceId").' };
  const found = await deps.trace(traceId);
  if (found === null) return { skipped: 'The trace has been forgotten meanwhile.' };
  const { events, happened, deliveries, ...head } = found;
  return {
    head,
    rule: ruleOf(traceHead),
    lists: [
      { name: 'deliveries', rows: deliveries, rule: ruleOf(frameDeliveries) },
      { name: 'happened', rows: happened, rule: ruleOf(opsEvent) },
      { name: 'events', rows: events, rule: ruleOf(traceEvent) },
    ],
  };
});
