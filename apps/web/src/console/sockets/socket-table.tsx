import { closeText, type OpsSocket } from '@okboxbox/protocol';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { age } from '../../format.js';
import { duration, perSecond, shortId, timeOfDay, whole, words } from '../../kit/figures.js';
import { type PagedSocket, roomLabel, toneOf } from './socket-rows.js';

/** A column of the sockets: what it is called, how wide, and what stands in it. */
interface Column {
  readonly name: string;
  readonly track: string;
  readonly isNumber?: boolean;
  readonly cell: (socket: OpsSocket, now: number) => ReactNode;
  readonly tone?: (socket: OpsSocket) => string | undefined;
}

const WHO: readonly Column[] = [
  { name: 'Role', track: '84px', cell: ({ role }) => role },
  { name: 'Surface', track: 'minmax(96px, 1fr)', cell: ({ surface }) => surface ?? '–' },
  { name: 'User', track: 'minmax(96px, 1fr)', cell: ({ user }) => user ?? 'anonymous' },
  { name: 'Rooms', track: 'minmax(120px, 1.4fr)', cell: ({ joinedRooms }) => roomsOf(joinedRooms) },
];
const OPEN: readonly Column[] = [
  ...WHO,
  { name: 'Connected', track: '76px', isNumber: true, cell: ({ connectedAt }, now) => age(now - connectedAt) },
  {
    name: 'Round trip',
    track: '76px',
    isNumber: true,
    cell: ({ rttMs }) => words(duration(rttMs)),
    tone: ({ rttMs }) => toneOf('rttMs', rttMs),
  },
  {
    name: 'Waiting',
    track: '66px',
    isNumber: true,
    cell: ({ bufferedPackets }) => whole(bufferedPackets),
    tone: ({ bufferedPackets }) => toneOf('bufferedPackets', bufferedPackets),
  },
  {
    name: 'Sent',
    track: '76px',
    isNumber: true,
    cell: ({ sentPerSec }) => words(perSecond(sentPerSec)),
  },
  {
    name: 'Skipped',
    track: '70px',
    isNumber: true,
    cell: ({ skippedTotal }) => whole(skippedTotal),
    tone: ({ skippedTotal }) => toneOf('skippedTotal', skippedTotal),
  },
  {
    name: 'Data age',
    track: '104px',
    isNumber: true,
    cell: ({ newestFrameAgeMs }) => (newestFrameAgeMs === null ? '–' : words(duration(newestFrameAgeMs))),
  },
  { name: 'Socket', track: '128px', cell: ({ socketId }) => <span title={socketId}>{shortId(socketId)}</span> },
];
const CLOSED: readonly Column[] = [
  ...WHO,
  {
    name: 'Closed at',
    track: '76px',
    isNumber: true,
    cell: ({ closed }) => (closed === null ? '–' : timeOfDay(closed.at)),
  },
  {
    name: 'Connected for',
    track: '76px',
    isNumber: true,
    cell: ({ closed, connectedAt }) => (closed === null ? '–' : age(closed.at - connectedAt)),
  },
  {
    name: 'Why',
    track: 'minmax(160px, 1.4fr)',
    cell: ({ closed }) => (closed === null ? '–' : closeText(closed.code)),
  },
  { name: 'Code', track: '120px', cell: ({ closed }) => closed?.code ?? '–' },
  {
    name: 'Skipped',
    track: '70px',
    isNumber: true,
    cell: ({ skippedTotal }) => whole(skippedTotal),
    tone: ({ skippedTotal }) => toneOf('skippedTotal', skippedTotal),
  },
  { name: 'Socket', track: '128px', cell: ({ socketId }) => <span title={socketId}>{shortId(socketId)}</span> },
];

/** What comes first where there is room for little: who it is, what it sees, and how it does. */
const FIRST = ['Role', 'Rooms', 'Data age', 'Waiting', 'Skipped', 'Closed at', 'Why'];

/** The columns for a state, and how high rows are. */
function layoutOf(state: 'open' | 'closed', isNarrow: boolean): { columns: readonly Column[]; rowHeight: number } {
  const columns = state === 'open' ? OPEN : CLOSED;
  if (!isNarrow) return { columns, rowHeight: 28 };
  const placeOf = ({ name }: Column) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return { columns: [...columns].sort((a, b) => placeOf(a) - placeOf(b)), rowHeight: 44 };
}

/** Thousands of sockets as rows, of which those on the screen are drawn. */
export function SocketTable({
  rows,
  count,
  state,
  selected,
  now,
  select,
  onVisible,
  pointer,
}: {
  rows: readonly PagedSocket[];
  /** All there are: those that are not loaded yet have their room, too. */
  count: number;
  state: 'open' | 'closed';
  selected: string | undefined;
  now: number;
  select: (socketId: string) => void;
  /** Rows that are on the screen, by their places. */
  onVisible: (first: number, last: number) => void;
  pointer: { readonly onPointerMove: () => void; readonly onPointerLeave: () => void };
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [isNarrow] = useState(() => window.matchMedia('(pointer: coarse), (max-width: 760px)').matches);
  const { columns, rowHeight } = useMemo(() => layoutOf(state, isNarrow), [state, isNarrow]);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => onVisible(first, last), [onVisible, first, last]);
  const place = selected === undefined ? -1 : rows.findIndex(({ socket }) => socket.socketId === selected);
  useEffect(() => {
    if (place >= 0) virtual.scrollToIndex(place, { align: 'auto' });
  }, [place, virtual]);
  const tracks = columns.map(({ track }) => track).join(' ');
  return (
    <div className="ops-sockets" ref={frame} {...pointer}>
      <table aria-rowcount={count + 1} style={{ '--tracks': tracks } as React.CSSProperties}>
        <caption className="visually-hidden">{state === 'open' ? 'Open sockets' : 'Closed sockets'}</caption>
        <thead>
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" data-number={isNumber}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start, size }) => {
            const row = rows[index];
            return (
              <Row
                key={row?.socket.socketId ?? index}
                socket={row?.socket}
                columns={columns}
                place={index}
                start={start}
                height={size}
                now={now}
                isSelected={row !== undefined && row.socket.socketId === selected}
                select={select}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** One socket. Drawn anew only when it, its place or the second has changed. */
const Row = memo(function Row({
  socket,
  columns,
  place,
  start,
  height,
  now,
  isSelected,
  select,
}: {
  socket: OpsSocket | undefined;
  columns: readonly Column[];
  place: number;
  start: number;
  height: number;
  now: number;
  isSelected: boolean;
  select: (socketId: string) => void;
}) {
  return (
    <tr
      aria-rowindex={place + 2}
      aria-current={isSelected || undefined}
      aria-busy={socket === undefined || undefined}
      style={{ height, transform: `translateY(${start}px)` }}
    >
      {socket === undefined ? (
        <td className="loading">…</td>
      ) : (
        columns.map(({ name, isNumber, cell, tone }, column) => (
          <td key={name} data-number={isNumber} data-tone={tone?.(socket)}>
            {column === 0 ? (
              <button type="button" onClick={() => select(socket.socketId)}>
                {cell(socket, now)}
              </button>
            ) : (
              cell(socket, now)
            )}
          </td>
        ))
      )}
    </tr>
  );
});

function roomsOf(rooms: readonly string[]): string {
  return rooms.length === 0 ? 'none' : rooms.map(roomLabel).join(', ');
}
