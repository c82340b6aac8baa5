import './sessions-view.css';
import type { OpsSession } from '@okboxbox/protocol';
import { FigureText } from '../../kit/figure-text.js';
import { duration, perSecond, shortId, whole, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { ActionButton, ActionsNote } from '../actions/action-button.js';
import { Answered } from '../answered.js';
import { OpsLink, useOpsSearch } from '../ops-search.js';
import { useOpsSource } from '../ops-source.js';
import { useOps } from '../use-ops.js';
import { useRowKeys } from '../use-rows.js';
import { AudiencesPanel } from './audiences-panel.js';
import { FlowPanel } from './flow-panel.js';
import { LossNote } from './loss-note.js';
import { RelaysPanel } from './relays-panel.js';
import { SessionHistory } from './session-history.js';
import { sessionStanding } from './session-standing.js';

/** The sessions, and the one that is selected from its relays to its viewers. */
export function SessionsView() {
  const read = useOps('sessions', {});
  return (
    <Answered read={read} what="sessions">
      {({ sessions }) => <Sessions sessions={sessions} />}
    </Answered>
  );
}

function Sessions({ sessions }: { sessions: readonly OpsSession[] }) {
  const [{ sessionId }, change] = useOpsSearch();
  // Where nobody has chosen, the newest that runs: on most evenings it is the only one.
  const chosen = sessions.find((session) => session.sessionId === (sessionId ?? sessions[0]?.sessionId));
  useRowKeys(
    sessions.map((session) => session.sessionId),
    sessionId ?? chosen?.sessionId,
    (next) => change({ sessionId: next }),
  );
  if (sessions.length === 0) {
    return (
      <Panel title="Sessions">
        <Nothing>
          No session since the server started. A session starts when a relay sends data: on the racing PC,{' '}
          <code className="ops-code">okboxbox relay --source iracing</code>; to try it,{' '}
          <code className="ops-code">npm start</code>.
        </Nothing>
      </Panel>
    );
  }
  return (
    <div className="ops-stack">
      <SessionTable sessions={sessions} chosen={chosen?.sessionId} choose={(next) => change({ sessionId: next })} />
      {chosen === undefined ? (
        <Nothing>
          Session {sessionId} is not known: it may have ended before the server started. The list has those that are
          known.
        </Nothing>
      ) : (
        <Selected key={chosen.sessionId} session={chosen} />
      )}
    </div>
  );
}

function SessionTable({
  sessions,
  chosen,
  choose,
}: {
  sessions: readonly OpsSession[];
  chosen: string | undefined;
  choose: (sessionId: string) => void;
}) {
  const running = sessions.filter(({ status }) => status === 'live').length;
  return (
    <Panel title="Sessions" aside={`${whole(running)} running, ${whole(sessions.length - running)} ended`}>
      <Table
        heads={[
          'Show',
          'State',
          { number: 'Frames' },
          { number: 'Newest' },
          { number: 'Relays' },
          { number: 'Live' },
          { number: 'Broadcast' },
          { number: 'Drift' },
          { number: 'Dropped' },
          { number: 'Errors' },
          'Track',
          'Sim',
          'Session',
        ]}
        className="ops-choose"
      >
        {sessions.map((session) => {
          const { shape, word } = sessionStanding(session);
          return (
            <tr key={session.sessionId} aria-current={session.sessionId === chosen || undefined}>
              <th scope="row">
                <button type="button" onClick={() => choose(session.sessionId)}>
                  {session.show}
                </button>
                {session.isFollowed && <small> followed</small>}
              </th>
              <td>
                <StateBadge state={shape}>{word}</StateBadge>
              </td>
              <td className="number">
                <FigureText figure={perSecond(session.framesPerSec)} />
              </td>
              <td className="number">{words(duration(session.lastFrameAgeMs))}</td>
              <td className="number">{session.relays.length}</td>
              <td className="number">{whole(session.viewers.live)}</td>
              <td className="number">{whole(session.viewers.broadcast)}</td>
              <td className="number">{words(duration(session.driftP95))}</td>
              <td className="number" data-tone={session.dropped > 0 ? 'warn' : undefined}>
                {whole(session.dropped)}
              </td>
              <td className="number" data-tone={session.errors > 0 ? 'warn' : undefined}>
                {whole(session.errors)}
              </td>
              <td className="cut">{session.track || '–'}</td>
              <td>{session.sim}</td>
              <td title={session.sessionId}>{shortId(session.sessionId)}</td>
            </tr>
          );
        })}
      </Table>
    </Panel>
  );
}

/** Views that are led to from a session; what is made there is made by a running server, and not in a pack. */
const LEADS = [
  { view: 'trace', label: 'Trace this session', makes: true },
  { view: 'events', label: 'Show events', makes: false },
  { view: 'pack', label: 'Export Support Pack', makes: true },
] as const;

function Selected({ session }: { session: OpsSession }) {
  const { sessionId, show } = session;
  const { act } = useOpsSource();
  const summary = useOps('summary', {}, { enabled: false });
  const delay = summary.data?.broadcastDelay.sessions.find((each) => each.sessionId === sessionId);
  return (
    <>
      <div className="ops-bar">
        <h2>
          {show} <small>{session.track}</small> <small title={sessionId}>{sessionId}</small>{' '}
          {session.rulesVersion !== undefined && <small>timing rules {session.rulesVersion}</small>}
        </h2>
        {LEADS.filter(({ makes }) => !makes || act !== null).map(({ view, label }) => (
          <OpsLink key={view} view={view} search={{ sessionId }} className="button">
            {label}
          </OpsLink>
        ))}
        {session.status === 'live' && session.isFollowed === false && (
          <ActionButton
            label="Follow"
            title={`Make ${show} follow this session?`}
            path={`/api/ops/sessions/${encodeURIComponent(sessionId)}/follow`}
          />
        )}
        {session.status === 'live' && (
          <ActionButton
            label="End session"
            title={`End the session of ${show}?`}
            path={`/api/ops/sessions/${encodeURIComponent(sessionId)}/end`}
          />
        )}
        {session.loss !== undefined && !session.loss.isAccepted && (
          <ActionButton
            label="Accept loss"
            title={`Accept that records of ${show} are lost?`}
            path={`/api/ops/sessions/${encodeURIComponent(sessionId)}/accept-loss`}
          />
        )}
        {session.status === 'ended' && (
          <ActionButton
            label="Recompute results"
            title={`Recompute the results of ${show}?`}
            path={`/api/ops/sessions/${encodeURIComponent(sessionId)}/refold`}
          />
        )}
      </div>
      <ActionsNote />
      {session.loss !== undefined && <LossNote loss={session.loss} />}
      <FlowPanel session={session} delay={delay} />
      <RelaysPanel session={session} />
      <AudiencesPanel session={session} delay={delay} />
      <SessionHistory sessionId={sessionId} />
    </>
  );
}
