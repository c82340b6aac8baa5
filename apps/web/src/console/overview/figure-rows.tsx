import { FigureText } from '../../kit/figure-text.js';
import { words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { Sparkline } from '../../kit/sparkline.js';
import { OpsLink } from '../ops-search.js';
import type { OverviewRow } from './overview-rows.js';

/** Figures one under the other: what, how much, the last 15 minutes, and what there is to say. */
export function FigureRows({ rows, hasHistory }: { rows: readonly OverviewRow[]; hasHistory: boolean }) {
  return (
    <Panel title="Figures" aside={hasHistory ? 'lines: the last 15 minutes' : 'this server keeps no history'}>
      <ul className="ops-figures">
        {rows.map((row) => (
          <li key={row.name} data-tone={row.tone}>
            <span className="name">
              {row.view === 'overview' ? row.name : <OpsLink view={row.view}>{row.name}</OpsLink>}
            </span>
            <FigureText figure={row.figure} />
            <Sparkline values={row.past} name={row.name} format={(value) => words(row.write(value))} tone={row.tone} />
            <span className="note">{row.note}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
