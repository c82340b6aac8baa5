import '../../kit/table.css';
import type { OpsDatabase } from '@okboxbox/protocol';
import { duration, whole, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { useOpsSearch } from '../ops-search.js';
import { STATEMENT_FIGURES, type StatementFigure, sortedStatements, statementFigure } from './database-labels.js';

const HEADS: Readonly<Record<StatementFigure, string>> = {
  p95Ms: 'p95',
  p50Ms: 'p50',
  maxMs: 'max',
  count: 'count',
  errors: 'errors',
};

/** Statements by name over the last five minutes, sorted by the column that is pressed. */
export function Statements({ statements }: { statements: OpsDatabase['statements'] }) {
  const [search, change] = useOpsSearch();
  const by = statementFigure(search.sort);
  return (
    <Panel title="Statements" aside="our own, over the last 5 minutes" className="database-wide">
      {statements.length === 0 ? (
        <Nothing>No statements yet.</Nothing>
      ) : (
        <div className="table-frame database-list">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Statement</th>
                {STATEMENT_FIGURES.map((figure) => (
                  <th
                    key={figure}
                    scope="col"
                    className="number"
                    {...(figure === by && { 'aria-sort': 'descending' as const })}
                  >
                    <button type="button" className="sort-button" onClick={() => change({ sort: figure })}>
                      {HEADS[figure]}
                      {figure === by ? ' ▾' : ''}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {sortedStatements(statements, by).map((statement) => (
                <tr key={statement.name}>
                  <td>{statement.name}</td>
                  <td className="number">{words(duration(statement.p95Ms))}</td>
                  <td className="number">{words(duration(statement.p50Ms))}</td>
                  <td className="number">{words(duration(statement.maxMs))}</td>
                  <td className="number">{whole(statement.count)}</td>
                  <td className="number" data-bad={statement.errors > 0 || undefined}>
                    {whole(statement.errors)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

/** What the database's own server counts, where it does. */
export function ServerStatements({ server }: { server: OpsDatabase['server'] }) {
  return (
    <Panel title="Counted by the database" aside="pg_stat_statements" className="database-wide">
      {server.state === 'not_there' ? (
        <Nothing>Not available: {server.because}</Nothing>
      ) : server.statements.length === 0 ? (
        <Nothing>No statements counted yet.</Nothing>
      ) : (
        <Table
          heads={['Statement', { number: 'total' }, { number: 'mean' }, { number: 'calls' }, { number: 'rows' }]}
          className="database-list"
        >
          {server.statements.map((statement) => (
            <tr key={statement.name}>
              <td className="cut" title={statement.name}>
                {statement.name}
              </td>
              <td className="number">{words(duration(statement.totalMs))}</td>
              <td className="number">{words(duration(statement.meanMs))}</td>
              <td className="number">{whole(statement.calls)}</td>
              <td className="number">{whole(statement.rows)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
