import type { OpsEvent, OpsSnapshot, SocketGroup } from '@okboxbox/protocol';

/**
 * A snapshot as it is without all that those do who have neither a token nor a link: connections, joins, refused calls,
 * relays that nobody knows. The snapshot itself where there is nothing of them.
 */
export function withoutStrangers(snapshot: OpsSnapshot): OpsSnapshot {
  const { socketGroups, relays, events, churn, before, summary } = snapshot;
  const strangers = socketGroups.filter(({ isOfStrangers }) => isOfStrangers === true);
  const { connects = 0, disconnects = 0, joins = 0, leaves = 0 } = churn.ofStrangers ?? {};
  const isAlone =
    strangers.length === 0 &&
    connects + disconnects + joins + leaves === 0 &&
    !relays.refused.some(({ isOfStranger }) => isOfStranger) &&
    !events.some(isOfStranger) &&
    !before.some(({ isOfStrangers }) => isOfStrangers);
  if (isAlone) return snapshot;
  return {
    ...snapshot,
    socketGroups: socketGroups.filter((group) => !strangers.includes(group)),
    relays: { ...relays, refused: relays.refused.filter((refusal) => refusal.isOfStranger !== true) },
    events: events.filter((event) => !isOfStranger(event)),
    churn: {
      ...churn,
      connects: Math.max(0, churn.connects - connects),
      disconnects: Math.max(0, churn.disconnects - disconnects),
      ...(churn.joins !== undefined && { joins: Math.max(0, churn.joins - joins) }),
      ...(churn.leaves !== undefined && { leaves: Math.max(0, churn.leaves - leaves) }),
      ...(churn.busiest && { busiest: churn.busiest.filter(({ isOfStrangers }) => isOfStrangers !== true) }),
    },
    before: before.filter(({ isOfStrangers }) => isOfStrangers !== true),
    summary: { ...summary, sockets: withoutSockets(summary.sockets, strangers) },
  };
}

/** A call that was refused for want of a token. */
function isOfStranger({ event, code }: OpsEvent): boolean {
  return event === 'auth_fail' && code === 'unauthenticated';
}

function withoutSockets(
  { total, byRole, bySurface }: OpsSnapshot['summary']['sockets'],
  strangers: readonly SocketGroup[],
): OpsSnapshot['summary']['sockets'] {
  const counts: Record<string, number> = { ...byRole };
  let left = total;
  for (const { role, count } of strangers) {
    // One that is in several rooms is in several groups.
    const taken = Math.min(count, counts[role] ?? 0);
    counts[role] = (counts[role] ?? 0) - taken;
    left = Math.max(0, left - taken);
  }
  return { total: left, byRole: counts, bySurface };
}
