import type { BusyClient, Finding, OpsSnapshot } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { counted, earlier, eventIds, figure, finding, limitOf } from '../finding.js';
import { waitingIn } from '../viewers.js';
import { MODE } from './mode.js';

/** Connections and memberships that pile up, and what only looks like it. */
export const subscriptionsStuck = defineFailureMode(MODE, {
  look(snapshot) {
    const found = [
      ...leakedRooms(snapshot),
      ...neverLeave(snapshot),
      ...storm(snapshot),
      ...joinBurst(snapshot),
      ...memoryElsewhere(snapshot),
    ];
    // They can be there at once: what is found here is ruled out by none of the others.
    const causes = new Set(found.map(({ cause }) => cause));
    return found.map((each) => ({ ...each, ruledOut: each.ruledOut.filter(({ cause }) => !causes.has(cause)) }));
  },
});

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
      summary: `${counted(rooms.leakedCount, 'membership')} of rooms leaked; the sweep has removed ${rooms.leakedCount === 1 ? 'it' : 'them'}.`,
      because:
        rooms.leaked[0] === undefined
          ? 'Rooms list them, and they have no connection.'
          : `The first one: ${rooms.leaked[0].because}.`,
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
  // Clients that were refused wait for a show or a right: other findings say for which.
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
      summary: `${idle} of ${total} connections are in no room and stay open.`,
      because: `They have been in no room for over 10 s: ${byRole.join(', ')}.`,
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
                because: `the latest sweep found ${snapshot.rooms.leakedCount} leaked memberships`,
              } as const,
            ]),
        ...(isStorm(snapshot)
          ? []
          : [
              {
                cause: 'reconnect_storm',
                because: `${snapshot.churn.disconnects} connections closed within 10 s`,
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
  const busiest = busiestBy(snapshot, ({ connects, disconnects }) => Math.min(connects, disconnects));
  return [
    finding(snapshot, MODE, 'reconnect_storm', {
      summary: `${disconnects} connections closed and ${connects} opened within 10 s; ${snapshot.summary.sockets.total} are open.`,
      because: `Most of them were closed by "${codes[0]?.[0] ?? 'other'}".${mostlyOf(busiest, ({ connects }) => `connected ${connects} times`)}`,
      evidence: [
        figure('churn.disconnects', disconnects, MODE.bounds.reconnects.raise, eventIds(snapshot, ['disconnect'])),
        figure('churn.connects', connects, Math.round(MODE.bounds.comeAgain.raise * disconnects)),
        figure('churn.byCode', codes.map(([code, count]) => `${code} ${count}`).join(', ')),
        ...evidenceOfClient(busiest),
        figure('sockets.total', snapshot.summary.sockets.total),
      ],
      ruledOut: [{ cause: 'clients_never_leave', because: 'they do disconnect, and reconnect' }],
      ...(busiest !== undefined && {
        nextStep: { ...MODE.causes.reconnect_storm.nextStep, view: `sockets?state=closed&role=${busiest.role}` },
      }),
    }),
  ];
}

/** Rooms are entered and left all the time by connections that stay: more than coming, leaving and a change of session take. */
function joinBurst(snapshot: OpsSnapshot): Finding[] {
  const { connects, joins = 0, leaves = 0 } = snapshot.churn;
  const { bounds } = MODE;
  const believed = isBelieved(snapshot, 'join_burst');
  const { total } = snapshot.summary.sockets;
  const perConnection = joins / Math.max(1, total + connects);
  const isBurst =
    joins >= limitOf(bounds.joins, believed) &&
    leaves >= joins / 2 &&
    perConnection >= limitOf(bounds.joinsPerConnection, believed);
  if (!isBurst) return [];
  const busiest = busiestBy(snapshot, (client) => client.joins);
  return [
    finding(snapshot, MODE, 'join_burst', {
      scope: { socketIds: busiest?.socketIds ?? [] },
      summary: `Rooms were joined ${joins} times and left ${leaves} times within 10 s; ${total} connections are open.`,
      because: `A viewer joins when it opens a session, and when its show moves on.${mostlyOf(busiest, (client) => `joined ${client.joins} times`)}`,
      evidence: [
        figure('churn.joins', joins, bounds.joins.raise, eventIds(snapshot, ['join'])),
        figure('churn.leaves', leaves, Math.ceil(joins / 2)),
        figure('churn.joinsPerConnection', Math.round(perConnection * 10) / 10, bounds.joinsPerConnection.raise),
        figure('eventLoop.utilization', snapshot.summary.eventLoop.utilization),
        ...evidenceOfClient(busiest),
      ],
      ruledOut: [
        { cause: 'clients_never_leave', because: 'they do join and leave' },
        ...(isStorm(snapshot)
          ? []
          : [{ cause: 'reconnect_storm', because: `only ${connects} connections opened within 10 s` } as const]),
      ],
      ...(busiest !== undefined && {
        nextStep: { ...MODE.causes.join_burst.nextStep, view: `sockets?role=${busiest.role}` },
      }),
    }),
  ];
}

/** The client that did most of something; `undefined` where that is not known, or none did it. */
function busiestBy({ churn }: OpsSnapshot, by: (client: BusyClient) => number): BusyClient | undefined {
  const [first] = [...(churn.busiest ?? [])].sort((a, b) => by(b) - by(a));
  return first !== undefined && by(first) > 0 ? first : undefined;
}

function mostlyOf(client: BusyClient | undefined, did: (client: BusyClient) => string): string {
  if (client === undefined) return '';
  return ` Clients of role ${client.role}${client.surface === null ? '' : `, surface ${client.surface}`}${client.user === null ? ', without a token' : `, user ${client.user}`} ${did(client)}.`;
}

function evidenceOfClient(client: BusyClient | undefined) {
  if (client === undefined) return [];
  return [
    figure('busiest.role', client.role),
    figure('busiest.surface', client.surface),
    figure('busiest.user', client.user),
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
          ? 'It is on the heap: objects that are not released.'
          : 'Most of it is outside the heap: buffers, or a native module.',
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
          ? [{ cause: 'leaked_rooms', because: 'the latest sweep found none' } as const]
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
