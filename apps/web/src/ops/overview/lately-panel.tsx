import type { OpsEvent, OpsEventType } from '@okboxbox/protocol';
import { eventWords, toneOfEvent } from '../events/event-words.js';
import { momentOf } from '../figures.js';
import { OpsLink } from '../ops-search.js';
import { OpsPanel } from '../parts/panel.js';
import { Nothing } from '../parts/states.js';
import { useOps } from '../use-ops.js';

/** Events that are shown, and how often each kind is asked for, in ms. */
const SHOWN = 8;
const EVERY_MS = 2_000;

/** The newest of what has happened to relays, sessions and broadcasts, and errors; that viewers come and go is left out. */
export function LatelyPanel() {
  const lists = [useNewest('relay'), useNewest('session'), useNewest('broadcast'), useNewest('error')];
  const events = lists.flatMap((list) => list ?? []).sort((a, b) => b.id - a.id);
  return (
    <OpsPanel title="Lately" aside={<OpsLink view="events">all events</OpsLink>}>
      {events.length === 0 ? (
        <Nothing>
          {lists.includes(undefined) ? 'Asking …' : 'Nothing has happened to relays, sessions or broadcasts yet.'}
        </Nothing>
      ) : (
        <ul className="ops-lately">
          {events.slice(0, SHOWN).map((event) => (
            <Line key={event.id} event={event} />
          ))}
        </ul>
      )}
    </OpsPanel>
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
      <span className="says">{eventWords(event)}</span>
    </li>
  );
}
