import '../rows-view.css';
import { OPS_EVENT_TYPES, type OpsEvent, type OpsEventType } from '@okboxbox/protocol';
import { useMemo, useState } from 'react';
import { Button } from '../../kit/button.js';
import { counted, whole } from '../../kit/figures.js';
import { LabelledSelect, SearchField } from '../../kit/labelled-field.js';
import { Nothing } from '../../kit/states.js';
import { Answered } from '../answered.js';
import { useHeldRows } from '../hold-rows.js';
import { OpsLink, useOpsSearch } from '../ops-search.js';
import { useOps } from '../use-ops.js';
import { useRowKeys } from '../use-rows.js';
import { EventDetail } from './event-detail.js';
import { eventMatches } from './event-labels.js';
import { EventTable } from './event-table.js';
import type { EventTail } from './event-tail.js';
import { useEventTail } from './use-event-tail.js';

/** What has just happened, as it happens; older events page by page. */
export function EventsView() {
  const [search, change] = useOpsSearch();
  const { data: sessions } = useOps('sessions', {}, { everyMs: 5_000 });
  const type = OPS_EVENT_TYPES.find((each) => each === search.type);
  const { sessionId } = search;
  const known = sessions?.sessions ?? [];
  return (
    <div>
      <div className="ops-toolbar">
        <div className="ops-filters">
          <LabelledSelect label="Type" value={type ?? ''} onChange={(next) => change({ type: next, event: undefined })}>
            <option value="">all</option>
            {OPS_EVENT_TYPES.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </LabelledSelect>
          <LabelledSelect
            label="Session"
            value={sessionId ?? ''}
            onChange={(next) => change({ sessionId: next, event: undefined })}
          >
            <option value="">all</option>
            {known.map((session) => (
              <option key={session.sessionId} value={session.sessionId}>
                {session.show}: {session.track || session.sessionId} ({session.status})
              </option>
            ))}
            {sessionId !== undefined && !known.some((session) => session.sessionId === sessionId) && (
              <option value={sessionId}>{sessionId}</option>
            )}
          </LabelledSelect>
        </div>
        <SearchField label="Search" value={search.q ?? ''} onChange={(q) => change({ q })} />
      </div>
      <Events key={`${type} ${sessionId}`} type={type} sessionId={sessionId} />
    </div>
  );
}

function Events({ type, sessionId }: { type: OpsEventType | undefined; sessionId: string | undefined }) {
  const { read, older, problem } = useEventTail({ type, sessionId });
  return (
    <Answered read={read} what="events">
      {(tail) => <Tail tail={tail} older={older} problem={problem} />}
    </Answered>
  );
}

function Tail({ tail, older, problem }: { tail: EventTail; older: (() => void) | null; problem: string | null }) {
  const [{ q = '', event: selected }, change] = useOpsSearch();
  const [isScrolled, setScrolled] = useState(false);
  const found = useMemo(() => tail.events.filter((event) => eventMatches(event, q)), [tail.events, q]);
  const { rows, waiting, release, ...pointer } = useHeldRows(found, idOf, isScrolled);
  const select = (next: string | undefined) => change({ event: next });
  useRowKeys(
    rows.map(({ id }) => String(id)),
    selected,
    select,
  );
  const open = rows.find(({ id }) => String(id) === selected);
  return (
    <div className="ops-sockets-columns" data-open={selected !== undefined || undefined}>
      <div>
        <p className="ops-count" role="status">
          {q.trim() === ''
            ? counted(tail.events.length, 'event')
            : `${whole(found.length)} of ${counted(tail.events.length, 'event')} match`}
          {tail.before !== null && ', older ones can be loaded'}
          {tail.evicted > 0 && `; ${whole(tail.evicted)} older ones were dropped`}
          {waiting > 0 && (
            <Button
              onClick={() => {
                setScrolled(false);
                release();
              }}
            >
              {whole(waiting)} new
            </Button>
          )}
          {problem !== null && <span className="ops-warn">{problem}</span>}
        </p>
        {rows.length === 0 && tail.before === null ? (
          <Nothing>
            {tail.events.length === 0 ? 'No matching events since the server started.' : 'No event matches the search.'}
          </Nothing>
        ) : (
          <EventTable
            rows={rows}
            selected={selected}
            select={select}
            older={older}
            hasOlder={tail.before !== null}
            isAtTop={!isScrolled}
            onScrolled={setScrolled}
            pointer={pointer}
          />
        )}
      </div>
      {selected !== undefined &&
        (open === undefined ? (
          <section className="ops-detail" aria-label="Event">
            <Nothing>
              Event {selected} is not in this list.{' '}
              <OpsLink view="events" search={{ event: selected }}>
                Show all events
              </OpsLink>
            </Nothing>
            <Button onClick={() => select(undefined)}>Close</Button>
          </section>
        ) : (
          <EventDetail event={open} onClose={() => select(undefined)} />
        ))}
    </div>
  );
}

function idOf({ id }: OpsEvent): number {
  return id;
}
