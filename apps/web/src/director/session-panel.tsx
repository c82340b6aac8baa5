import type { FollowableSession } from '@okboxbox/protocol';
import { age } from '../format.js';
import { StateBadge } from '../shell/state-badge.js';
import { useNow } from '../shell/use-now.js';
import { useAsk } from './confirm-dialog.js';
import { Panel } from './panel.js';
import { followWords, isMainFeedLost } from './session-words.js';
import { useDesk, useDeskWorld } from './use-desk.js';

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
            ? 'No relay has fed this show yet. The first one that does is its main feed.'
            : `No session runs. The show goes on when ${mainFeed.relayId} opens its next one.`}
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
    </Panel>
  );
}

function SessionLine({ session, isFollowed }: { session: FollowableSession; isFollowed: boolean }) {
  const { client, store } = useDeskWorld();
  const { mainFeed } = useDesk();
  const ask = useAsk();
  const now = useNow(1_000);
  const { sessionId, track, type, relays, lastFrameAt } = session;
  const name = [track || 'a session without a track', type].join(', ');
  const follow = async (choice: { sessionId: string } | { relayId: string }) => {
    const done = await client.call('show:follow', choice);
    if (done !== null) store.say('ok', followWords(choice, name), Date.now());
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
          <button
            type="button"
            className="button small"
            onClick={() =>
              ask({
                title: `Follow ${name}?`,
                text: 'Live pages change at once, viewers when the delay has passed. The session that you leave is no longer public. The show goes back to its main feed when that opens its next session.',
                yes: 'Follow',
                onYes: () => void follow({ sessionId }),
              })
            }
          >
            Follow
          </button>
        )}
        {relays
          .filter(({ relayId, isConnected }) => isConnected && relayId !== mainFeed?.relayId)
          .map(({ relayId }) => (
            <button
              key={relayId}
              type="button"
              className="button small"
              onClick={() =>
                ask({
                  title: `Make ${relayId} the main feed?`,
                  text: `The show follows the session that ${relayId} feeds, and each one that it opens from now on.`,
                  yes: 'Make main feed',
                  onYes: () => void follow({ relayId }),
                })
              }
            >
              Make {relayId} the main feed
            </button>
          ))}
      </span>
    </li>
  );
}
