import type { AuditEntry, OpsEvent, OpsHistory, OpsSocket, OpsSummary } from '@okboxbox/protocol';
import { type DelayStateName, liveRoom } from '@okboxbox/protocol';
import { delayWords, seconds } from '../../format.js';

/** How a session's broadcast stands, as the summary tells it. */
export type BroadcastOfSession = OpsSummary['broadcastDelay']['sessions'][number];

/** The public picture in words: what it does, and whether that is as it should be. */
export function broadcastStands({ state, published, delayMs, measuredMs }: BroadcastOfSession): {
  readonly shape: 'ok' | 'warn' | 'off';
  readonly word: string;
  readonly detail: string;
} {
  if (!published)
    return { shape: 'off', word: 'Not published', detail: 'nobody outside sees it; a director can publish the show' };
  const behind = measuredMs === null ? 'nothing has aired yet' : `the picture is ${seconds(measuredMs)} behind`;
  const set = delayWords(delayMs);
  const words: Readonly<Record<DelayStateName, readonly ['ok' | 'warn', string, string]>> = {
    live: ['ok', 'Live', 'no delay is set: the public sees everything at once'],
    holding: ['warn', 'Holding', `it stands still until it is ${set} behind; ${behind}`],
    running: ['ok', 'Running', `${set} set, ${behind}`],
    gliding: ['warn', 'Gliding', `it is on its way to ${set}; ${behind}`],
    paused: ['warn', 'Paused', `a director has stopped it; ${behind}`],
    ending: ['warn', 'Ending', `the session is over and its last ${set} are still to be shown`],
  };
  const [shape, word, detail] = words[state] ?? (['warn', state, behind] as const);
  return { shape, word, detail };
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

/** Overlays that sit in a session's live room: they show the race at once, whatever delay is set. */
export function overlaysInLive(sockets: readonly OpsSocket[], sessionId: string): readonly OpsSocket[] {
  const room = liveRoom(sessionId);
  return sockets.filter(
    ({ role, closed, joinedRooms }) => role === 'overlay' && closed === null && joinedRooms.includes(room),
  );
}

/** What was done to a show, newest first. */
export function actsOf(entries: readonly AuditEntry[], show: string, most = 12): readonly AuditEntry[] {
  return entries.filter(({ detail }) => detail.show === show).slice(0, most);
}
