import type { Finding, OpsSnapshot } from '@okboxbox/protocol';
import { SUBSCRIPTIONS_STUCK as MODE } from '../catalogue/subscriptions-stuck.js';
import { counted, type Detector, earlier, eventIds, figure, finding, limitOf } from '../detector.js';
import { waitingIn } from '../watchers.js';

/** Connections and memberships that pile up, and what only looks like it. */
export const subscriptionsStuck: Detector = {
  code: MODE.code,
  notYet: () => null,
  look(snapshot) {
    const found = [...leakedRooms(snapshot), ...neverLeave(snapshot), ...storm(snapshot), ...memoryElsewhere(snapshot)];
    // They can be there at once: what is found here is ruled out by none of the others.
    const causes = new Set(found.map(({ cause }) => cause));
    return found.map((each) => ({ ...each, ruledOut: each.ruledOut.filter(({ cause }) => !causes.has(cause)) }));
  },
};

function isBelieved(snapshot: OpsSnapshot, cause: keyof (typeof MODE)['causes']): boolean {
  return earlier(snapshot, MODE.code, {}, cause) !== undefined;
}

function leakedRooms(snapshot: OpsSnapshot): Finding[] {
  const { rooms } = snapshot;
  if (rooms === null || rooms.leakedCount < MODE.bounds.leaked.raise) return [];
  const names = [...new Set(rooms.leaked.map(({ room }) => room))];
  return [
    finding(snapshot, MODE, 'leaked_rooms', {
      scope: { socketIds: rooms.leaked.map(({ socketId }) => socketId).slice(0, 10) },
      ...(rooms.sweptAt !== null && { since: rooms.sweptAt }),
      summary: `${counted(rooms.leakedCount, 'membership')} of rooms belonged to nobody; the sweep has taken ${rooms.leakedCount === 1 ? 'it' : 'them'} out.`,
      because:
        rooms.leaked[0] === undefined
          ? 'The adapter lists them, and no connection is there.'
          : `Of the first the sweep says: ${rooms.leaked[0].because}.`,
      evidence: [
        figure('rooms.leakedCount', rooms.leakedCount, MODE.bounds.leaked.raise),
        figure('rooms.repairedTotal', rooms.repairedTotal),
        figure('rooms.named', names.slice(0, 3).join(', ') || null),
        figure('rooms.memberships', rooms.memberships),
        figure('rooms.joinsMinusLeaves', rooms.joins - rooms.leaves),
      ],
      ruledOut: [{ cause: 'clients_never_leave', because: 'no connection belongs to these memberships' }],
    }),
  ];
}

function neverLeave(snapshot: OpsSnapshot): Finding[] {
  const { bounds } = MODE;
  const believed = isBelieved(snapshot, 'clients_never_leave');
  // Whoever was refused waits for a show or a right: other findings say for which.
  const groups = snapshot.socketGroups
    .filter(({ room }) => room === 'none')
    .map((group) => ({ ...group, idle: group.idle - waitingIn(snapshot, group) }))
    .filter(({ idle }) => idle > 0);
  const idle = groups.reduce((sum, group) => sum + group.idle, 0);
  const { total } = snapshot.summary.sockets;
  const share = total === 0 ? 0 : idle / total;
  if (idle < limitOf(bounds.idle, believed) || share < limitOf(bounds.idleShare, believed)) return [];
  const byRole = [...groups].sort((a, b) => b.idle - a.idle).map(({ role, idle: count }) => `${role} ${count}`);
  return [
    finding(snapshot, MODE, 'clients_never_leave', {
      scope: { socketIds: groups.flatMap(({ socketIds }) => socketIds).slice(0, 10) },
      summary: `${idle} connections of ${total} have joined nothing and stay.`,
      because: `They are in no room for longer than 10 s: ${byRole.join(', ')}.`,
      evidence: [
        figure('sockets.idle', idle, bounds.idle.raise, eventIds(snapshot, ['connect'])),
        figure('sockets.idleShare', Math.round(share * 100) / 100, bounds.idleShare.raise),
        figure('sockets.total', total),
        figure('sockets.byRole', byRole.join(', ')),
        figure('churn.disconnects', snapshot.churn.disconnects),
      ],
      ruledOut: [
        ...(snapshot.rooms === null
          ? []
          : [
              {
                cause: 'leaked_rooms',
                because: `the newest sweep found ${snapshot.rooms.leakedCount} leaked`,
              } as const,
            ]),
        ...(isStorm(snapshot)
          ? []
          : [
              {
                cause: 'reconnect_storm',
                because: `${snapshot.churn.disconnects} connections went within 10 s`,
              } as const,
            ]),
      ],
    }),
  ];
}

function isStorm(snapshot: OpsSnapshot): boolean {
  const { bounds } = MODE;
  const believed = isBelieved(snapshot, 'reconnect_storm');
  const { connects, disconnects } = snapshot.churn;
  // Those who leave when a session is over do not come back; those who come when it begins have not gone.
  return (
    disconnects >= limitOf(bounds.reconnects, believed) &&
    disconnects >= limitOf(bounds.reconnectShare, believed) * snapshot.summary.sockets.total &&
    connects >= limitOf(bounds.comeAgain, believed) * disconnects
  );
}

function storm(snapshot: OpsSnapshot): Finding[] {
  if (!isStorm(snapshot)) return [];
  const { connects, disconnects, byCode } = snapshot.churn;
  const codes = Object.entries(byCode).sort(([, a], [, b]) => b - a);
  return [
    finding(snapshot, MODE, 'reconnect_storm', {
      summary: `${disconnects} connections went and ${connects} came within 10 s; ${snapshot.summary.sockets.total} are open.`,
      because: `Most of them were closed by "${codes[0]?.[0] ?? 'other'}".`,
      evidence: [
        figure('churn.disconnects', disconnects, MODE.bounds.reconnects.raise, eventIds(snapshot, ['disconnect'])),
        figure('churn.connects', connects, Math.round(MODE.bounds.comeAgain.raise * disconnects)),
        figure('churn.byCode', codes.map(([code, count]) => `${code} ${count}`).join(', ')),
        figure('sockets.total', snapshot.summary.sockets.total),
      ],
      ruledOut: [{ cause: 'clients_never_leave', because: 'they do leave, and come again' }],
    }),
  ];
}

function memoryElsewhere(snapshot: OpsSnapshot): Finding[] {
  const { history, summary } = snapshot;
  const { bounds } = MODE;
  if (history === null || summary.uptimeMs < bounds.uptimeMs.raise) return [];
  const believed = isBelieved(snapshot, 'memory_elsewhere');
  const rss = growth(history.figures.rssBytes, summary.memory.rssBytes);
  if (rss === null) return [];
  const viewers = growth(history.figures.viewers, newest(history.figures.viewers) ?? 0);
  const rooms = growth(history.figures.rooms, newest(history.figures.rooms) ?? 0);
  const others = Math.max(shareOf(viewers), shareOf(rooms));
  const hasGrown =
    rss.by >= limitOf(bounds.grownBytes, believed) && shareOf(rss) >= limitOf(bounds.grownShare, believed);
  // Viewers bring their own memory with them.
  if (!hasGrown || others > limitOf(bounds.othersShare, believed)) return [];
  const heap = growth(history.figures.heapUsedBytes, summary.memory.heapUsedBytes);
  const mb = (bytes: number) => Math.round(bytes / 1e6);
  return [
    finding(snapshot, MODE, 'memory_elsewhere', {
      summary: `Memory has grown by ${mb(rss.by)} MB within ${Math.round((rss.steps * history.stepMs) / 60_000) || 1} min, and not by viewers.`,
      because:
        heap !== null && heap.by > rss.by / 2
          ? 'It is on the heap: objects of ours that are kept.'
          : 'Most of it is outside the heap: buffers, or a native part.',
      evidence: [
        figure('memory.rssBytes', summary.memory.rssBytes, Math.round(rss.from + bounds.grownBytes.raise)),
        figure('memory.grownBytes', rss.by, bounds.grownBytes.raise),
        figure('memory.heapGrownBytes', heap?.by),
        figure('viewers.grownBy', viewers?.by, null),
        figure('rooms.grownBy', rooms?.by, null),
      ],
      confidence: 'medium',
      ruledOut: [
        { cause: 'clients_never_leave', because: `viewers and rooms have grown by ${Math.round(others * 100)} %` },
        ...(snapshot.rooms?.leakedCount === 0
          ? [{ cause: 'leaked_rooms', because: 'the newest sweep found none' } as const]
          : []),
      ],
    }),
  ];
}

interface Growth {
  readonly from: number;
  readonly by: number;
  /** Steps since it was least. */
  readonly steps: number;
}

/** From the least of the window to a value of now. */
function growth(points: readonly (number | null)[], now: number): Growth | null {
  let from = Number.POSITIVE_INFINITY;
  let at = 0;
  points.forEach((point, i) => {
    if (point === null || point > from) return;
    from = point;
    at = i;
  });
  return Number.isFinite(from) ? { from, by: now - from, steps: points.length - at } : null;
}

function newest(points: readonly (number | null)[]): number | null {
  return points.findLast((point) => point !== null) ?? null;
}

/** Growth as a part of what it was; of few, by the few. */
function shareOf(grown: Growth | null): number {
  return grown === null ? 0 : grown.by / Math.max(10, grown.from);
}
