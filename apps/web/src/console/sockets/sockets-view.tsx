import '../rows-view.css';
import { useCallback, useMemo, useState } from 'react';
import { Button } from '../../kit/button.js';
import { whole } from '../../kit/figures.js';
import { SearchField } from '../../kit/labelled-field.js';
import { Nothing } from '../../kit/states.js';
import { Answered } from '../answered.js';
import { useHeldRows } from '../hold-rows.js';
import { useOpsSearch } from '../ops-search.js';
import type { SocketsAsked } from '../ops-source.js';
import { useShownNow } from '../use-ops.js';
import { useRowKeys } from '../use-rows.js';
import { SocketDetail } from './socket-detail.js';
import { SocketFilters } from './socket-filters.js';
import { matches, type PagedSocket } from './socket-rows.js';
import { SocketTable } from './socket-table.js';
import { type SocketPages, useSocketPages } from './use-socket-pages.js';

/** Rows that are loaded beyond those on the screen. */
const AHEAD = 100;

/** Every socket, open or closed, by filters that the server applies; one of them with all that is known of it. */
export function SocketsView() {
  const [search, change] = useOpsSearch();
  const { role, room, state, sort, code, sessionId } = search;
  const asked: SocketsAsked = { role, room, sort, code, sessionId, state: state === 'closed' ? 'closed' : undefined };
  return (
    <div className="ops-sockets-view">
      <div className="ops-toolbar">
        <SocketFilters search={search} change={change} />
        {sessionId !== undefined && (
          <Button onClick={() => change({ sessionId: undefined })}>Session {sessionId} ✕</Button>
        )}
        <SearchField label="Search" value={search.q ?? ''} onChange={(q) => change({ q })} />
      </div>
      <Sockets key={JSON.stringify(asked)} asked={asked} />
    </div>
  );
}

function Sockets({ asked }: { asked: SocketsAsked }) {
  const [{ q = '', socketId }] = useOpsSearch();
  const [upTo, setUpTo] = useState(1);
  const [visible, setVisible] = useState<ReadonlySet<number>>(new Set([0]));
  // A search looks at all of them, and so does an address that names one.
  const [isFound, setFound] = useState(socketId === undefined);
  const wantsAll = q.trim() !== '' || !isFound;
  const read = useSocketPages(asked, wantsAll ? Number.POSITIVE_INFINITY : upTo, visible);
  const loaded = read.data?.rows;
  if (!isFound && loaded?.some(({ socket }) => socket.socketId === socketId)) setFound(true);
  return (
    <Answered read={read} what="sockets">
      {(pages) => (
        <Loaded
          pages={pages}
          q={q}
          state={asked.state ?? 'open'}
          onVisible={(rows, last) => {
            setUpTo((before) => Math.max(before, last + AHEAD));
            const next = new Set(rows.map(({ page }) => page));
            setVisible((before) =>
              before.size === next.size && [...next].every((page) => before.has(page)) ? before : next,
            );
          }}
        />
      )}
    </Answered>
  );
}

function Loaded({
  pages,
  q,
  state,
  onVisible,
}: {
  pages: SocketPages;
  q: string;
  state: 'open' | 'closed';
  onVisible: (rows: readonly PagedSocket[], last: number) => void;
}) {
  const [{ socketId }, change] = useOpsSearch();
  const now = useShownNow();
  const found = useMemo(() => pages.rows.filter(({ socket }) => matches(socket, q)), [pages.rows, q]);
  const { rows, waiting, release, ...pointer } = useHeldRows(found, idOf);
  const isSearch = q.trim() !== '';
  const select = useCallback((next: string | undefined) => change({ socketId: next }), [change]);
  useRowKeys(
    rows.map(({ socket }) => socket.socketId),
    socketId,
    select,
  );
  const see = (first: number, last: number) => onVisible(rows.slice(first, last + 1), last);
  return (
    <div className="ops-sockets-columns" data-open={socketId !== undefined || undefined}>
      <div>
        <p className="ops-count" role="status">
          {isSearch
            ? `${whole(found.length)} of ${whole(pages.count)} match${pages.isAll ? '' : `; ${whole(pages.rows.length)} searched so far`}`
            : `${whole(pages.count)} ${state}`}
          {waiting > 0 && <Button onClick={release}>{whole(waiting)} more</Button>}
        </p>
        {found.length === 0 && pages.isAll ? (
          <Nothing>
            {pages.count === 0
              ? `No ${state} socket matches. Remove a filter to see more.`
              : 'No socket matches the search.'}
          </Nothing>
        ) : (
          <SocketTable
            rows={rows}
            count={isSearch ? rows.length : Math.max(rows.length, pages.count)}
            state={state}
            selected={socketId}
            now={now}
            select={select}
            onVisible={see}
            pointer={pointer}
          />
        )}
      </div>
      {socketId !== undefined && (
        <SocketDetail
          key={socketId}
          socketId={socketId}
          socket={pages.rows.find(({ socket }) => socket.socketId === socketId)?.socket}
          isLookedFor={!pages.isAll}
          onClose={() => select(undefined)}
        />
      )}
    </div>
  );
}

function idOf({ socket }: PagedSocket): string {
  return socket.socketId;
}
