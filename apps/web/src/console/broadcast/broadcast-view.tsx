import './broadcast-view.css';
import { useMemo } from 'react';
import { bytes, delayLabel, seconds } from '../../format.js';
import { Facts } from '../../kit/facts.js';
import { counted, duration, shortId, whole, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { TimeChart } from '../../kit/time-chart.js';
import { ActionButton, ActionsNote } from '../actions/action-button.js';
import { Answered, MissingLabel } from '../answered.js';
import { AuditTable } from '../audit/audit-view.js';
import { OpsLink } from '../ops-search.js';
import { useHistory, useOps } from '../use-ops.js';
import {
  actionsOf,
  type BroadcastOfSession,
  broadcastStands,
  measuredLine,
  overlaysInLive,
  setDelayLine,
} from './broadcast-labels.js';

/** Overlays that are asked for: more than a show has. */
const OVERLAYS = 1_000;
/** Number of actions to load, to have some of each show. */
const ACTS = 200;

/** What the public sees of each session, how late, and which overlays see it too early. */
export function BroadcastView() {
  const read = useOps('summary', {});
  return (
    <Answered read={read} what="figures of the broadcast">
      {({ broadcastDelay: { initialized, because, sessions } }) => (
        <div className="broadcast-view">
          {!initialized && (
            <Panel title="The delay does not work">
              <StateBadge state="bad">{because ?? 'the service has not started'}</StateBadge>
            </Panel>
          )}
          {initialized && sessions.length === 0 && (
            <Panel title="Broadcast">
              <Nothing>No session is running: nothing to broadcast.</Nothing>
            </Panel>
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
      <Panel
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
            ['published', session.published ? 'yes' : 'no: viewers cannot see it'],
            ['delay set', delayLabel(session.delayMs)],
            ['delay measured', seconds(session.measuredMs)],
            [
              'buffered',
              `${words(duration(session.bufferedMs))} · ${counted(session.bufferedEvents, 'message')} · ${bytes(session.bufferedBytes)}`,
            ],
            [
              'viewers',
              viewers === undefined ? '–' : `${whole(viewers.live)} live · ${whole(viewers.broadcast)} broadcast`,
            ],
          ]}
        />
      </Panel>
      <DelayChart session={session} />
      <OverlaysInLive sessionId={sessionId} />
      <RecentActions show={show} />
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
    <Panel title="Delay set and measured, last 15 minutes">
      {history === undefined ? (
        read.missing !== null && <MissingLabel missing={read.missing} what="a history" />
      ) : (
        <TimeChart
          label={`Delay of the show ${show} over the last 15 minutes, set and measured`}
          times={times}
          lines={lines}
          format={(ms) => words(duration(ms))}
        />
      )}
    </Panel>
  );
}

function OverlaysInLive({ sessionId }: { sessionId: string }) {
  const read = useOps('sockets', { role: 'overlay', state: 'open', limit: OVERLAYS }, { everyMs: 2_000 });
  return (
    <Panel title="Overlays in the live room" aside="they show the race without the delay">
      <Answered read={read} what="a list of sockets">
        {({ sockets }) => {
          const inLive = overlaysInLive(sockets, sessionId);
          if (inLive.length === 0)
            return <Nothing>None: every overlay of this session is in its broadcast room.</Nothing>;
          return (
            <>
              <ActionsNote />
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
                    <ActionButton
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
    </Panel>
  );
}

function RecentActions({ show }: { show: string }) {
  const read = useOps('audit', { limit: ACTS });
  return (
    <Panel title="Recent actions on this show" aside={<OpsLink view="audit">all actions</OpsLink>}>
      <Answered read={read} what="an audit">
        {({ entries }) => {
          const actions = actionsOf(entries, show);
          return actions.length === 0 ? <Nothing>No actions on this show.</Nothing> : <AuditTable entries={actions} />;
        }}
      </Answered>
    </Panel>
  );
}
