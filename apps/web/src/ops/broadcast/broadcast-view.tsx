import '../../style/ops-broadcast.css';
import { useMemo } from 'react';
import { bytes, delayWords, seconds } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { ActButton, ActsNote } from '../acts/act-button.js';
import { AuditTable } from '../audit/audit-view.js';
import { counted, duration, shortId, whole, words } from '../figures.js';
import { OpsLink } from '../ops-search.js';
import { Facts, OpsPanel } from '../parts/panel.js';
import { Answered, MissingWords, Nothing } from '../parts/states.js';
import { TimeChart } from '../parts/time-chart.js';
import { useHistory } from '../use-history.js';
import { useOps } from '../use-ops.js';
import {
  actsOf,
  type BroadcastOfSession,
  broadcastStands,
  measuredLine,
  overlaysInLive,
  setDelayLine,
} from './broadcast-words.js';

/** Overlays that are asked for: more than a show has. */
const OVERLAYS = 1_000;
/** Acts that are asked for, to have some of each show. */
const ACTS = 200;

/** What the public sees of each session, how late, and which overlays see it too early. */
export function BroadcastView() {
  const read = useOps('summary', {});
  return (
    <Answered read={read} what="figures of the broadcast">
      {({ broadcastDelay: { initialized, because, sessions } }) => (
        <div className="broadcast-view">
          {!initialized && (
            <OpsPanel title="The delay does not work">
              <StateBadge state="bad">{because ?? 'the service has not started'}</StateBadge>
            </OpsPanel>
          )}
          {initialized && sessions.length === 0 && (
            <OpsPanel title="Broadcast">
              <Nothing>No session runs: there is nothing to broadcast.</Nothing>
            </OpsPanel>
          )}
          {sessions.map((session) => (
            <SessionBroadcast key={session.sessionId} session={session} />
          ))}
        </div>
      )}
    </Answered>
  );
}

function SessionBroadcast({ session }: { session: BroadcastOfSession }) {
  const { sessionId, show } = session;
  const { shape, word, detail } = broadcastStands(session);
  const viewers = useOps('sessions', {}).data?.sessions.find((each) => each.sessionId === sessionId)?.viewers;
  return (
    <section className="broadcast-session" aria-label={`Show ${show}`}>
      <OpsPanel
        title={`Show ${show}`}
        aside={
          <OpsLink view="sessions" search={{ sessionId }}>
            {shortId(sessionId)}
          </OpsLink>
        }
      >
        <p className="broadcast-standing">
          <StateBadge state={shape}>{word}</StateBadge>
          <span className="soft">{detail}</span>
        </p>
        <Facts
          facts={[
            ['published', session.published ? 'yes' : 'no: nobody outside sees it'],
            ['delay set', delayWords(session.delayMs)],
            ['delay measured', seconds(session.measuredMs)],
            [
              'kept back',
              `${words(duration(session.bufferedMs))} · ${counted(session.bufferedEvents, 'message')} · ${bytes(session.bufferedBytes)}`,
            ],
            [
              'audiences',
              viewers === undefined ? '–' : `${whole(viewers.live)} live · ${whole(viewers.broadcast)} broadcast`,
            ],
          ]}
        />
      </OpsPanel>
      <DelayChart session={session} />
      <OverlaysInLive sessionId={sessionId} />
      <Acts show={show} />
    </section>
  );
}

function DelayChart({ session }: { session: BroadcastOfSession }) {
  const { read, times } = useHistory();
  const events = useOps('events', { type: 'broadcast', limit: 200 }).data?.events;
  const { sessionId, show, delayMs } = session;
  const history = read.data;
  const lines = useMemo(() => {
    const measured = measuredLine(history, sessionId);
    return [
      {
        name: 'set',
        values: setDelayLine(times, events ?? [], { sessionId, show, delayMs }),
        colour: '--soft' as const,
      },
      {
        name: 'measured',
        // A session that began within the 15 minutes has fewer points than the server.
        values: [...Array.from({ length: times.length - measured.length }, () => null), ...measured],
        colour: '--pit' as const,
      },
    ];
  }, [history, times, events, sessionId, show, delayMs]);
  return (
    <OpsPanel title="Delay set and measured, last 15 minutes">
      {history === undefined ? (
        read.missing !== null && <MissingWords missing={read.missing} what="a history" />
      ) : (
        <TimeChart
          label={`Delay of the show ${show} over the last 15 minutes, set and measured`}
          times={times}
          lines={lines}
          format={(ms) => words(duration(ms))}
        />
      )}
    </OpsPanel>
  );
}

function OverlaysInLive({ sessionId }: { sessionId: string }) {
  const read = useOps('sockets', { role: 'overlay', state: 'open', limit: OVERLAYS }, { everyMs: 2_000 });
  return (
    <OpsPanel title="Overlays in the live room" aside="they show the race at once, whatever delay is set">
      <Answered read={read} what="a list of sockets">
        {({ sockets }) => {
          const inLive = overlaysInLive(sockets, sessionId);
          if (inLive.length === 0)
            return <Nothing>None: every overlay of this session is in its broadcast room.</Nothing>;
          return (
            <>
              <ActsNote />
              <ul className="broadcast-overlays">
                {inLive.map(({ socketId, surface, user }) => (
                  <li key={socketId}>
                    <StateBadge state="bad">too early</StateBadge>
                    <span>
                      <OpsLink view="sockets" search={{ socketId }}>
                        {shortId(socketId)}
                      </OpsLink>{' '}
                      <span className="soft">{[surface, user].filter((part) => part !== null).join(' · ')}</span>
                    </span>
                    <ActButton
                      label="Move to broadcast"
                      title={`Move overlay ${shortId(socketId)}`}
                      path={`/api/ops/sockets/${encodeURIComponent(socketId)}/move`}
                      body={{ sessionId }}
                    />
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Answered>
    </OpsPanel>
  );
}

function Acts({ show }: { show: string }) {
  const read = useOps('audit', { limit: ACTS });
  return (
    <OpsPanel title="Done to this show lately" aside={<OpsLink view="audit">everything</OpsLink>}>
      <Answered read={read} what="an audit">
        {({ entries }) => {
          const acts = actsOf(entries, show);
          return acts.length === 0 ? <Nothing>Nothing was done to this show.</Nothing> : <AuditTable entries={acts} />;
        }}
      </Answered>
    </OpsPanel>
  );
}
