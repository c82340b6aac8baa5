import './event-table.css';
import type { OpsEvent } from '@okboxbox/protocol';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, useState } from 'react';
import { momentOf, shortId } from '../../kit/figures.js';
import { eventLabel, toneOfEvent } from './event-labels.js';

/** Events as rows, newest first, of which those on the screen are drawn; the foot reads older ones. */
export function EventTable({
  rows,
  selected,
  select,
  older,
  hasOlder,
  isAtTop,
  onScrolled,
  pointer,
}: {
  rows: readonly OpsEvent[];
  selected: string | undefined;
  select: (id: string) => void;
  older: (() => void) | null;
  hasOlder: boolean;
  /** `true` again brings the newest back. */
  isAtTop: boolean;
  onScrolled: (isScrolled: boolean) => void;
  pointer: { readonly onPointerMove: () => void; readonly onPointerLeave: () => void };
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [rowHeight] = useState(() => (window.matchMedia('(pointer: coarse), (max-width: 760px)').matches ? 44 : 28));
  const virtual = useVirtualizer({
    count: rows.length + (hasOlder ? 1 : 0),
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  useEffect(() => {
    if (isAtTop) frame.current?.scrollTo({ top: 0 });
  }, [isAtTop]);
  const place = selected === undefined ? -1 : rows.findIndex(({ id }) => String(id) === selected);
  useEffect(() => {
    if (place > 0) virtual.scrollToIndex(place, { align: 'auto' });
  }, [place, virtual]);
  return (
    <div
      className="ops-sockets ops-events"
      ref={frame}
      onScroll={(event) => onScrolled(event.currentTarget.scrollTop > rowHeight)}
      {...pointer}
    >
      <table aria-rowcount={rows.length + 1}>
        <caption className="visually-hidden">Events</caption>
        <thead>
          <tr>
            <th scope="col">At</th>
            <th scope="col">Type</th>
            <th scope="col">Event</th>
            <th scope="col" data-number="true">
              Times
            </th>
            <th scope="col">Session</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start, size }) => {
            const event = rows[index];
            const style = { height: size, transform: `translateY(${start}px)` };
            return event === undefined ? (
              <tr key="older" style={style}>
                <td className="older">
                  <button type="button" disabled={older === null} onClick={() => older?.()}>
                    {older === null ? 'Loading …' : 'Load older events'}
                  </button>
                </td>
              </tr>
            ) : (
              <Row
                key={event.id}
                event={event}
                place={index}
                start={start}
                height={size}
                isSelected={String(event.id) === selected}
                select={select}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(
  function Row({
    event,
    place,
    start,
    height,
    isSelected,
    select,
  }: {
    event: OpsEvent;
    place: number;
    start: number;
    height: number;
    isSelected: boolean;
    select: (id: string) => void;
  }) {
    const { id, at, type, sessionId, count = 1 } = event;
    return (
      <tr
        aria-rowindex={place + 2}
        aria-current={isSelected || undefined}
        data-tone={toneOfEvent(event)}
        style={{ height, transform: `translateY(${start}px)` }}
      >
        <td>
          <button type="button" onClick={() => select(String(id))}>
            {momentOf(at)}
          </button>
        </td>
        <td>{type}</td>
        <td className="event">{event.event}</td>
        <td data-number="true">{count > 1 ? `× ${count}` : ''}</td>
        <td title={sessionId}>{sessionId === undefined ? '' : shortId(sessionId)}</td>
        <td>{eventLabel(event)}</td>
      </tr>
    );
  },
  (before, after) =>
    before.event === after.event &&
    before.start === after.start &&
    before.height === after.height &&
    before.isSelected === after.isSelected,
);
