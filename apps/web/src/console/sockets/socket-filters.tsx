import { broadcastRoom, CLOSE_CODES, liveRoom } from '@okboxbox/protocol';
import { whole } from '../../kit/figures.js';
import { LabelledSelect } from '../../kit/labelled-field.js';
import type { OpsSearch } from '../ops-search.js';
import { useOps } from '../use-ops.js';

/** What sockets are sorted by, largest first, in words. */
const SORTS: readonly (readonly [sort: string, words: string])[] = [
  ['connectedAt', 'newest first'],
  ['bufferedPackets', 'most waiting'],
  ['skippedTotal', 'most skipped'],
  ['newestFrameAgeMs', 'oldest data'],
  ['beatAgeMs', 'longest without a heartbeat'],
  ['shownAgeMs', 'oldest picture shown'],
  ['rttMs', 'longest round trip'],
  ['sentPerSec', 'most sent'],
  ['lastSeenAt', 'seen last'],
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
    [broadcastRoom(sessionId, 0), `${show}: graphics`] as const,
    [broadcastRoom(sessionId, 'public'), `${show}: public picture`] as const,
  ]);
  const known = new Set(rooms.map(([room]) => room));
  const isClosed = search.state === 'closed';
  return (
    <div className="ops-filters">
      <LabelledSelect
        label="State"
        value={isClosed ? 'closed' : ''}
        onChange={(state) => change({ state, code: undefined })}
      >
        <option value="">open</option>
        <option value="closed">closed</option>
      </LabelledSelect>
      <LabelledSelect label="Role" value={search.role ?? ''} onChange={(role) => change({ role })}>
        <option value="">all</option>
        {roles.map((role) => (
          <option key={role} value={role}>
            {!isClosed && counts[role] !== undefined ? `${role} (${whole(counts[role])})` : role}
          </option>
        ))}
      </LabelledSelect>
      <LabelledSelect label="Room" value={search.room ?? ''} onChange={(room) => change({ room })}>
        <option value="">all</option>
        {rooms.map(([room, says]) => (
          <option key={room} value={room}>
            {says}
          </option>
        ))}
        {search.room !== undefined && !known.has(search.room) && <option value={search.room}>{search.room}</option>}
      </LabelledSelect>
      {isClosed && (
        <LabelledSelect label="Why" value={search.code ?? ''} onChange={(code) => change({ code })}>
          <option value="">all</option>
          {Object.entries(CLOSE_CODES).map(([code, { text }]) => (
            <option key={code} value={code}>
              {text}
            </option>
          ))}
          {search.code !== undefined && !Object.hasOwn(CLOSE_CODES, search.code) && (
            <option value={search.code}>{search.code}</option>
          )}
        </LabelledSelect>
      )}
      <LabelledSelect
        label="Order"
        value={search.sort ?? 'connectedAt'}
        onChange={(sort) => change({ sort: sort === 'connectedAt' ? undefined : sort })}
      >
        {SORTS.map(([sort, says]) => (
          <option key={sort} value={sort}>
            {sort === 'connectedAt' && isClosed ? 'last closed first' : says}
          </option>
        ))}
      </LabelledSelect>
    </div>
  );
}
