import { OPS_EVENT_TYPES, type OpsEvent, type OpsEventType } from '@okboxbox/protocol';
import { useMemo, useState } from 'react';
import { counted, whole } from '../figures.js';
import { useHeldRows } from '../hold-rows.js';
import { OpsLink, useOpsSearch } from '../ops-search.js';
import { Field, SearchField } from '../parts/field.js';
import { Answered, Nothing } from '../parts/states.js';
import { useOps } from '../use-ops.js';
import { useRowKeys } from '../use-rows.js';
import { EventDetail } from './event-detail.js';
import { EventTable } from './event-table.js';
import type { EventTail } from './event-tail.js';
import { eventMatches } from './event-words.js';
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
          <Field label="Type" value={type ?? ''} onChange={(next) => change({ type: next, event: undefined })}>
            <option value="">all</option>
            {OPS_EVENT_TYPES.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </Field>
          <Field
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
          </Field>
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
          {tail.before !== null && ', older ones follow'}
          {tail.evicted > 0 && `; ${whole(tail.evicted)} have made room for newer ones`}
          {waiting > 0 && (
            <button
              type="button"
              className="button"
              onClick={() => {
                setScrolled(false);
                release();
              }}
            >
              {whole(waiting)} new
            </button>
          )}
          {problem !== null && <span className="ops-warn">{problem}</span>}
        </p>
        {rows.length === 0 && tail.before === null ? (
          <Nothing>
            {tail.events.length === 0
              ? 'Nothing that fits has happened since the server started.'
              : 'No event matches what you typed.'}
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
              Event {selected} is not among these.{' '}
              <OpsLink view="events" search={{ event: selected }}>
                Look among all
              </OpsLink>
            </Nothing>
            <button type="button" className="button" onClick={() => select(undefined)}>
              Close
            </button>
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
