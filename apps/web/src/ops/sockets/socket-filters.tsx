import { broadcastRoom, liveRoom } from '@okboxbox/protocol';
import { whole } from '../figures.js';
import type { OpsSearch } from '../ops-search.js';
import { Field } from '../parts/field.js';
import { useOps } from '../use-ops.js';
import { CLOSE_CODES } from './socket-rows.js';

/** What sockets are sorted by, largest first, in words. */
const SORTS: readonly (readonly [sort: string, words: string])[] = [
  ['connectedAt', 'newest first'],
  ['bufferedPackets', 'most waiting'],
  ['skippedTotal', 'most skipped'],
  ['newestFrameAgeMs', 'oldest picture'],
  ['rttMs', 'longest round trip'],
  ['sentPerSec', 'most sent'],
  ['lastSeenAt', 'heard of last'],
];
const KINDS = ['dashboard', 'overlay', 'director', 'public', 'ops', 'relay'];

/** The filters of the sockets; what is set stands in the address. */
export function SocketFilters({ search, change }: { search: OpsSearch; change: (changes: OpsSearch) => void }) {
  const { data: summary } = useOps('summary', {}, { enabled: false });
  const { data: sessions } = useOps('sessions', {}, { everyMs: 5_000 });
  const counts = summary?.sockets.byRole ?? {};
  const roles = [...new Set([...KINDS, ...Object.keys(counts), ...(search.role ? [search.role] : [])])];
  const rooms = (sessions?.sessions ?? []).flatMap(({ sessionId, show }) => [
    [liveRoom(sessionId), `${show}: live`] as const,
    [broadcastRoom(sessionId), `${show}: broadcast`] as const,
  ]);
  const known = new Set(rooms.map(([room]) => room));
  const isClosed = search.state === 'closed';
  return (
    <div className="ops-filters">
      <Field label="State" value={isClosed ? 'closed' : ''} onChange={(state) => change({ state, code: undefined })}>
        <option value="">open</option>
        <option value="closed">closed</option>
      </Field>
      <Field label="Role" value={search.role ?? ''} onChange={(role) => change({ role })}>
        <option value="">all</option>
        {roles.map((role) => (
          <option key={role} value={role}>
            {!isClosed && counts[role] !== undefined ? `${role} (${whole(counts[role])})` : role}
          </option>
        ))}
      </Field>
      <Field label="Room" value={search.room ?? ''} onChange={(room) => change({ room })}>
        <option value="">all</option>
        {rooms.map(([room, says]) => (
          <option key={room} value={room}>
            {says}
          </option>
        ))}
        {search.room !== undefined && !known.has(search.room) && <option value={search.room}>{search.room}</option>}
      </Field>
      {isClosed && (
        <Field label="Why" value={search.code ?? ''} onChange={(code) => change({ code })}>
          <option value="">all</option>
          {Object.entries(CLOSE_CODES).map(([code, says]) => (
            <option key={code} value={code}>
              {says}
            </option>
          ))}
          {search.code !== undefined && CLOSE_CODES[search.code] === undefined && (
            <option value={search.code}>{search.code}</option>
          )}
        </Field>
      )}
      <Field
        label="Order"
        value={search.sort ?? 'connectedAt'}
        onChange={(sort) => change({ sort: sort === 'connectedAt' ? undefined : sort })}
      >
        {SORTS.map(([sort, says]) => (
          <option key={sort} value={sort}>
            {sort === 'connectedAt' && isClosed ? 'gone last first' : says}
          </option>
        ))}
      </Field>
    </div>
  );
}
