import type { Finding, FollowedShow, OpsSnapshot } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { counted, eventIds, figure, finding, inWords } from '../finding.js';
import { MODE } from './mode.js';

/** Shows whose main feed does not feed them, while other relays do. */
export const mainFeedLost = defineFailureMode(MODE, {
  look: (snapshot) => (snapshot.shows ?? []).flatMap((show) => lostIn(snapshot, show)),
});

function lostIn(snapshot: OpsSnapshot, { show, mainFeed, followedSessionId, sessions }: FollowedShow): Finding[] {
  if (mainFeed === null || followedSessionId === null) return [];
  const { relayId } = mainFeed;
  const isFed = (relays: (typeof sessions)[number]['relays']) => relays.some(({ isConnected }) => isConnected);
  const feedsNow = sessions.some(({ relays }) => relays.some((each) => each.relayId === relayId && each.isConnected));
  if (feedsNow) return [];
  const fed = sessions.filter(({ relays }) => isFed(relays));
  const goneAt = goneSince(snapshot, relayId);
  const goneMs = snapshot.at - goneAt;
  if (fed.length === 0 || goneMs < MODE.bounds.goneMs.raise) return [];
  const followed = sessions.find(({ sessionId }) => sessionId === followedSessionId);
  const others = fed.filter(({ sessionId }) => sessionId !== followedSessionId);
  const evidence = [
    figure('mainFeed.relayId', relayId),
    figure('mainFeed.goneMs', goneMs, MODE.bounds.goneMs.raise, leftEvents(snapshot, relayId)),
    figure('show.followedSessionId', followedSessionId),
    figure('show.sessionsFed', fed.length),
  ];
  if (followed !== undefined && isFed(followed.relays)) {
    const helpers = followed.relays.filter(({ isConnected }) => isConnected);
    return [
      finding(snapshot, MODE, 'others_keep_it_going', {
        scope: { show, relayId, sessionId: followedSessionId },
        since: goneAt,
        summary: `The main feed of the show "${show}" has not fed it for ${inWords(goneMs)}; ${counted(helpers.length, 'other relay')} ${helpers.length === 1 ? 'keeps' : 'keep'} its session live.`,
        because: `Relay ${relayId} is not connected, and the session that the show follows is fed by ${helpers[0]?.relayId}.`,
        evidence,
        ruledOut: [{ cause: 'others_run_elsewhere', because: 'the session that the show follows is fed' }],
      }),
    ];
  }
  return [
    finding(snapshot, MODE, 'others_run_elsewhere', {
      scope: { show, relayId, sessionId: followedSessionId },
      since: goneAt,
      // Behind the end of a session drivers may practise: that stops nobody's picture.
      severity: followed === undefined ? 'warning' : 'critical',
      summary: `No relay feeds the session that the show "${show}" follows, and ${counted(others.length, 'other session')} of the show ${others.length === 1 ? 'is' : 'are'} fed.`,
      because: `The main feed, relay ${relayId}, is not connected; ${others[0]?.relays.find(({ isConnected }) => isConnected)?.relayId} feeds session ${others[0]?.sessionId}.`,
      evidence,
      ruledOut: [{ cause: 'others_keep_it_going', because: 'no relay feeds the session that the show follows' }],
    }),
  ];
}

/** When the main feed left; where it has not been here since the server's start, that. */
function goneSince({ relays, summary }: OpsSnapshot, relayId: string): number {
  const left = relays.away.filter((each) => each.relayId === relayId).map(({ goneAt }) => goneAt);
  return Math.max(summary.startedAt, ...left);
}

function leftEvents(snapshot: OpsSnapshot, relayId: string): number[] {
  return eventIds(snapshot, ['relay:disconnected', 'relay:bye'], (event) => event.relayId === relayId);
}
