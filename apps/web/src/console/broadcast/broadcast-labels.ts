import type { AuditEntry, OpsEvent, OpsHistory, OpsSocket, OpsSummary } from '@okboxbox/protocol';
import { delayStateText, liveRoom } from '@okboxbox/protocol';
import { delayLabel, seconds } from '../../format.js';

/** A session's broadcast, as the summary gives it. */
export type BroadcastOfSession = OpsSummary['broadcastDelay']['sessions'][number];

/** The state of the broadcast in words, and whether it is as it was set. */
export function broadcastStands({ state, published, delayMs, measuredMs }: BroadcastOfSession): {
  readonly shape: 'ok' | 'warn' | 'off';
  readonly word: string;
  readonly detail: string;
} {
  if (!published)
    return {
      shape: 'off',
      word: 'Not published',
      detail: 'The public cannot see it; a director can publish the show.',
    };
  const measured = measuredMs === null ? 'Nothing has aired yet.' : `Measured: ${seconds(measuredMs)} behind.`;
  const { name, text, severity } = delayStateText(state);
  return { shape: severity, word: name, detail: `${text(delayLabel(delayMs))} ${measured}` };
}

/** The set delay at each instant of a chart, from the events in which it was set, and from how it is set now. */
export function setDelayLine(
  times: readonly number[],
  events: readonly OpsEvent[],
  { sessionId, show, delayMs }: Pick<BroadcastOfSession, 'sessionId' | 'show' | 'delayMs'>,
): readonly (number | null)[] {
  const sets = events
    .filter(({ event, ...of }) => event === 'broadcast:delay:set' && (of.show === show || of.sessionId === sessionId))
    .sort((a, b) => a.at - b.at);
  return times.map((at) => {
    const next = sets.find((each) => each.at > at);
    if (next === undefined) return delayMs;
    // Before an event it was as the one before said, or as the event itself says that it was.
    return typeof next.fromMs === 'number' ? next.fromMs : null;
  });
}

/** What was measured of a session's delay over the history; empty where it has none. */
export function measuredLine(history: OpsHistory | undefined, sessionId: string): readonly (number | null)[] {
  return history?.sessions.find((session) => session.sessionId === sessionId)?.figures.measuredDelayMs ?? [];
}

/** Overlays that sit in a session's live room: they show the race without the delay. */
export function overlaysInLive(sockets: readonly OpsSocket[], sessionId: string): readonly OpsSocket[] {
  const room = liveRoom(sessionId);
  return sockets.filter(
    ({ role, closed, joinedRooms }) => role === 'overlay' && closed === null && joinedRooms.includes(room),
  );
}

/** What was done to a show, newest first. */
export function actionsOf(entries: readonly AuditEntry[], show: string, most = 12): readonly AuditEntry[] {
  return entries.filter(({ detail }) => detail.show === show).slice(0, most);
}
