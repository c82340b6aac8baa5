import type { OpsEvent, OpsEventType } from '@okboxbox/protocol';
import { momentOf } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { Nothing } from '../../kit/states.js';
import { eventLabel, toneOfEvent } from '../events/event-labels.js';
import { OpsLink } from '../ops-search.js';
import { useOps } from '../use-ops.js';

/** Events that are shown, and how often each kind is asked for, in ms. */
const SHOWN = 8;
const EVERY_MS = 2_000;

/** The newest of what has happened to relays, sessions and broadcasts, and errors; that viewers come and go is left out. */
export function LatelyPanel() {
  const lists = [useNewest('relay'), useNewest('session'), useNewest('broadcast'), useNewest('error')];
  const events = lists.flatMap((list) => list ?? []).sort((a, b) => b.id - a.id);
  return (
    <Panel title="Recent events" aside={<OpsLink view="events">all events</OpsLink>}>
      {events.length === 0 ? (
        <Nothing>
          {lists.includes(undefined) ? 'Loading …' : 'No events of relays, sessions or broadcasts yet.'}
        </Nothing>
      ) : (
        <ul className="ops-lately">
          {events.slice(0, SHOWN).map((event) => (
            <Line key={event.id} event={event} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function useNewest(type: OpsEventType): readonly OpsEvent[] | undefined {
  return useOps('events', { type, limit: SHOWN }, { everyMs: EVERY_MS }).data?.events;
}

function Line({ event }: { event: OpsEvent }) {
  return (
    <li data-tone={toneOfEvent(event)}>
      <span className="at">{momentOf(event.lastAt ?? event.at)}</span>
      <OpsLink view="events" search={{ type: event.type, event: String(event.id) }}>
        {event.event}
        {event.count !== undefined && ` × ${event.count}`}
      </OpsLink>
      <span className="says">{eventLabel(event)}</span>
    </li>
  );
}
