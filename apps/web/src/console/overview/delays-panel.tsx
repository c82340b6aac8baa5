import type { OpsHistory } from '@okboxbox/protocol';
import { delayLabel, seconds } from '../../format.js';
import { duration, shortId, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { Sparkline } from '../../kit/sparkline.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { delayStateLabel } from '../delay-states.js';
import { OpsLink } from '../ops-search.js';
import type { ShownSummary } from '../ops-source.js';

/** How far behind the public sees each session: set, measured, and what it does now. */
export function DelaysPanel({
  delays,
  history,
}: {
  delays: ShownSummary['broadcastDelay']['sessions'];
  history: OpsHistory | undefined;
}) {
  return (
    <Panel title="Broadcast delay" aside={`${delays.length} ${delays.length === 1 ? 'session' : 'sessions'}`}>
      {delays.length === 0 ? (
        <Nothing>No session is running.</Nothing>
      ) : (
        <Table
          heads={[
            'Show',
            'State',
            { number: 'Set' },
            { number: 'Measured' },
            'Last 15 minutes',
            { number: 'Buffered' },
          ]}
        >
          {delays.map((each) => {
            const [shape, says] = delayStateLabel(each);
            return (
              <tr key={each.sessionId}>
                <th scope="row">
                  <OpsLink view="sessions" search={{ sessionId: each.sessionId }}>
                    {each.show}
                  </OpsLink>{' '}
                  <small title={each.sessionId}>{shortId(each.sessionId)}</small>
                </th>
                <td>
                  <StateBadge state={shape}>{says}</StateBadge>
                </td>
                <td className="number">{delayLabel(each.delayMs)}</td>
                <td className="number">{seconds(each.measuredMs)}</td>
                <td>
                  <Sparkline
                    values={
                      history?.sessions.find(({ sessionId }) => sessionId === each.sessionId)?.figures.measuredDelayMs
                    }
                    name="Measured delay"
                    format={(ms) => words(duration(ms))}
                  />
                </td>
                <td className="number">{seconds(each.bufferedMs)}</td>
              </tr>
            );
          })}
        </Table>
      )}
    </Panel>
  );
}
