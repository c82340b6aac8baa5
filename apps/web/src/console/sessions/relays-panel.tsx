import type { ClockVerdict, OpsClock, OpsRelay, OpsSession } from '@okboxbox/protocol';
import { age } from '../../format.js';
import { FigureText } from '../../kit/figure-text.js';
import { duration, perSecond, signed, whole, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { ActionButton } from '../actions/action-button.js';
import { useShownNow } from '../use-ops.js';

const VERDICTS: Readonly<Record<ClockVerdict, readonly ['ok' | 'warn' | 'bad' | 'off', string]>> = {
  right: ['ok', 'right'],
  ahead: ['bad', 'ahead'],
  behind: ['bad', 'behind'],
  inconclusive: ['warn', 'inconclusive'],
  unknown: ['off', 'not measured yet'],
};
/** Older at the relay than this, and it does not keep up, in ms. */
const BACKLOG_MS = 2_000;
/** Beyond this the runbook calls it drift, in ms. */
const DRIFT_MS = 5_000;

/** The relays of a session, with the three numbers that tell a wrong clock, a backlog and a slow line apart. */
export function RelaysPanel({ session }: { session: OpsSession }) {
  const { relays, mainFeed = null } = session;
  return (
    <Panel
      title="Relays"
      aside={`${relays.length} connected${mainFeed === null ? '' : ` · main feed of ${session.show}: ${mainFeed}`}`}
    >
      {relays.length === 0 ? (
        <Nothing>
          {session.status === 'ended' ? 'None: the session has ended.' : 'None connected. On the racing PC: '}
          {session.status === 'live' && <code className="ops-code">okboxbox relay --source …</code>}
        </Nothing>
      ) : (
        <Table
          heads={[
            'Relay',
            'Clock',
            { number: 'Offset ± bound' },
            { number: 'Queue age' },
            { number: 'Transit' },
            { number: 'Drift' },
            { number: 'Waiting' },
            { number: 'Rate' },
            'Source',
            'Version',
            { number: 'Connected' },
            'Actions',
          ]}
        >
          {relays.map((relay) => (
            <Relay key={`${relay.relayId} ${relay.run}`} relay={relay} session={session} />
          ))}
        </Table>
      )}
    </Panel>
  );
}

function Relay({ relay, session: { show, mainFeed } }: { relay: OpsRelay; session: OpsSession }) {
  const now = useShownNow();
  const [shape, verdict] = VERDICTS[relay.clock.verdict];
  const isPaused = relay.pausedBecause !== null;
  return (
    <tr>
      <th scope="row">
        <StateBadge
          state={isPaused ? 'warn' : 'ok'}
        >{`${relay.relayId}${relay.isPrimary ? ' · primary' : ''}`}</StateBadge>
        {isPaused && <span className="ops-warn"> paused: {relay.pausedBecause}</span>}
      </th>
      <td>
        <StateBadge state={shape}>{verdict}</StateBadge>
      </td>
      <td className="number">{offsetLabel(relay.clock)}</td>
      <td className="number" data-tone={isOver(relay.queueAgeP95Ms, BACKLOG_MS)}>
        <FigureText figure={duration(relay.queueAgeP95Ms)} />
      </td>
      <td className="number">
        <FigureText figure={duration(relay.transitP95Ms)} />
      </td>
      <td className="number" data-tone={isOver(relay.driftP95, DRIFT_MS)}>
        <FigureText figure={duration(relay.driftP95)} />
      </td>
      <td className="number" data-tone={isOver(relay.oldestWaitingMs, BACKLOG_MS)}>
        {whole(relay.waiting)}
        {relay.oldestWaitingMs !== null && relay.oldestWaitingMs > 0 && (
          <small> oldest {words(duration(relay.oldestWaitingMs))}</small>
        )}
      </td>
      <td className="number">{relay.askedHz === null ? 'all' : words(perSecond(relay.askedHz))}</td>
      <td>{relay.source}</td>
      <td>{relay.version}</td>
      <td className="number">{age(now - relay.connectedAt)}</td>
      <td>
        <ActionButton
          label={isPaused ? 'Resume' : 'Pause'}
          title={`${isPaused ? 'Resume' : 'Pause'} relay ${relay.relayId}?`}
          path={`/api/ops/relays/${encodeURIComponent(relay.relayId)}/pause`}
          body={{ paused: !isPaused, show }}
        />
        {relay.relayId === mainFeed ? (
          <span className="ops-main-feed">main feed</span>
        ) : (
          <ActionButton
            label="Make main feed"
            title={`Make relay ${relay.relayId} the main feed of ${show}?`}
            path={`/api/ops/relays/${encodeURIComponent(relay.relayId)}/main-feed`}
            body={{ show }}
          />
        )}
      </td>
    </tr>
  );
}

/** `+12 ms ± 4 ms`. */
function offsetLabel({ offsetMs, boundMs }: OpsClock): string {
  return offsetMs === null ? '–' : `${words(signed(offsetMs))} ± ${words(duration(boundMs))}`;
}

function isOver(value: number | null, bound: number): 'warn' | undefined {
  return value !== null && value > bound ? 'warn' : undefined;
}
