import './desk-lists.css';
import type { FollowableSession } from '@okboxbox/protocol';
import { age } from '../format.js';
import { Button } from '../kit/button.js';
import { Panel } from '../kit/panel.js';
import { StateBadge } from '../kit/state-badge.js';
import { useAsk } from './confirm-dialog.js';
import { FinishShow } from './finish-show.js';
import { followLabel, isMainFeedLost } from './session-labels.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';

/** Which session the show follows, what else runs in it, and the way to choose. */
export function SessionPanel() {
  const { sessions, followedSessionId, mainFeed } = useDesk();
  const isLost = isMainFeedLost({ sessions, mainFeed });
  return (
    <Panel title="Session" aside={mainFeed === null ? undefined : `main feed: ${mainFeed.relayId}`}>
      {isLost && (
        <p>
          <StateBadge state="warn">{`Main feed ${mainFeed?.relayId} is not connected`}</StateBadge>
        </p>
      )}
      {sessions.length === 0 ? (
        <p className="soft">
          {mainFeed === null
            ? 'No relay has sent data for this show yet. The first one that does becomes the main feed.'
            : `No session is running. The show continues with the next session of ${mainFeed.relayId}.`}
        </p>
      ) : (
        <ul className="links followable">
          {sessions.map((session) => (
            <SessionLine
              key={session.sessionId}
              session={session}
              isFollowed={session.sessionId === followedSessionId}
            />
          ))}
        </ul>
      )}
      <FinishShow />
    </Panel>
  );
}

function SessionLine({ session, isFollowed }: { session: FollowableSession; isFollowed: boolean }) {
  const { client, store } = useDeskWorld();
  const { mainFeed } = useDesk();
  const ask = useAsk();
  const now = useServerNow(1_000);
  const { sessionId, track, type, relays, lastFrameAt } = session;
  const name = [track || 'unknown track', type].join(', ');
  const follow = async (choice: { sessionId: string } | { relayId: string }) => {
    const done = await client.call('show:follow', choice);
    if (done !== null) store.say('ok', followLabel(choice, name), Date.now());
  };
  return (
    <li>
      <span className="link-name">
        {name}
        <small>
          {relays.map(({ relayId, isConnected }) => `${relayId}${isConnected ? '' : ' (not connected)'}`).join(', ')}
          {lastFrameAt === null ? ' · no frame yet' : ` · newest frame ${age(now - lastFrameAt)} ago`}
        </small>
      </span>
      <span className="link-state">
        <StateBadge state={isFollowed ? 'ok' : 'off'}>{isFollowed ? 'followed' : 'not followed'}</StateBadge>
      </span>
      <span className="button-row">
        {!isFollowed && (
          <Button
            size="small"
            onClick={() =>
              ask({
                title: `Follow ${name}?`,
                text: 'Live pages change immediately, viewers after the delay. The current session is no longer public. The show returns to its main feed when that starts its next session.',
                yes: 'Follow',
                onYes: () => void follow({ sessionId }),
              })
            }
          >
            Follow
          </Button>
        )}
        {relays
          .filter(({ relayId, isConnected }) => isConnected && relayId !== mainFeed?.relayId)
          .map(({ relayId }) => (
            <Button
              key={relayId}
              size="small"
              onClick={() =>
                ask({
                  title: `Make ${relayId} the main feed?`,
                  text: `The show follows the current session of ${relayId} and every session that it starts from now on.`,
                  yes: 'Make main feed',
                  onYes: () => void follow({ relayId }),
                })
              }
            >
              Make {relayId} the main feed
            </Button>
          ))}
      </span>
    </li>
  );
}
