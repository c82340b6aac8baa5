import type { OpsHistory } from '@okboxbox/protocol';
import { delayWords, seconds } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { delayStateWords } from '../delay-states.js';
import { duration, shortId, words } from '../figures.js';
import { OpsLink } from '../ops-search.js';
import type { ShownSummary } from '../ops-source.js';
import { OpsTable } from '../parts/ops-table.js';
import { OpsPanel } from '../parts/panel.js';
import { Sparkline } from '../parts/sparkline.js';
import { Nothing } from '../parts/states.js';

/** How far behind the public sees each session: set, measured, and what it does now. */
export function DelaysPanel({
  delays,
  history,
}: {
  delays: ShownSummary['broadcastDelay']['sessions'];
  history: OpsHistory | undefined;
}) {
  return (
    <OpsPanel title="Broadcast delay" aside={`${delays.length} ${delays.length === 1 ? 'session' : 'sessions'}`}>
      {delays.length === 0 ? (
        <Nothing>No session runs, so nothing is delayed.</Nothing>
      ) : (
        <OpsTable
          heads={[
            'Show',
            'State',
            { number: 'Set' },
            { number: 'Measured' },
            'Last 15 minutes',
            { number: 'Kept back' },
          ]}
        >
          {delays.map((each) => {
            const [shape, says] = delayStateWords(each);
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
                <td className="number">{delayWords(each.delayMs)}</td>
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
        </OpsTable>
      )}
    </OpsPanel>
  );
}
