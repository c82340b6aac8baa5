import './database-view.css';
import type { Latencies, OpsDatabase } from '@okboxbox/protocol';
import { Facts } from '../../kit/facts.js';
import { duration, momentOf, whole, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { TimeChart } from '../../kit/time-chart.js';
import { Answered, MissingLabel } from '../answered.js';
import { useHistory, useOps, useShownNow } from '../use-ops.js';
import { databaseStands, poolParts } from './database-labels.js';
import { ServerStatements, Statements } from './statements.js';
import { Failing, Locks, Running } from './trouble.js';

/** The database: its pool and who holds it, its statements, and what waits to be stored. */
export function DatabaseView() {
  const read = useOps('database', {});
  return (
    <Answered read={read} what="figures of its database">
      {(database) => (
        <div className="database-view">
          <Pool database={database} />
          <WriteBehind database={database} />
          <Holders database={database} />
          <Running database={database} />
          <Locks database={database} />
          <Failing database={database} />
          <QueryChart />
          <Slow database={database} />
          <Statements statements={database.statements} />
          <ServerStatements server={database.server} />
        </div>
      )}
    </Answered>
  );
}

function Pool({ database }: { database: OpsDatabase }) {
  const { shape, word, detail } = databaseStands(database);
  const { pool } = database;
  const used = Math.max(0, pool.total - pool.idle);
  return (
    <Panel title="Pool" aside={database.kind === 'embedded' ? 'embedded database' : 'PostgreSQL'}>
      <p className="database-standing">
        <StateBadge state={shape}>{word}</StateBadge> <span className="soft">{detail}</span>
      </p>
      <div
        className="pool-bar"
        role="img"
        aria-label={`${used} of ${pool.max} connections used, ${pool.idle} idle, ${pool.waiting} waiting`}
      >
        {poolParts(pool).map(({ name, share }) => (
          <i key={name} data-part={name} style={{ width: `${share * 100}%` }} />
        ))}
      </div>
      <p className="pool-note">
        <span data-part="used">{used} used</span>
        <span data-part="idle">{pool.idle} idle</span>
        <span data-part="free">{Math.max(0, pool.max - pool.total)} not opened</span>
        <span data-part="waiting">{pool.waiting} waiting</span>
        <span>{pool.max} at most</span>
      </p>
      <Table heads={['Last 5 minutes', { number: 'p50' }, { number: 'p95' }, { number: 'max' }, { number: 'count' }]}>
        <LatencyRow name="wait for a connection" latencies={database.acquire} />
        <LatencyRow name="hold a connection" latencies={database.held} />
      </Table>
    </Panel>
  );
}

function LatencyRow({ name, latencies: { p50Ms, p95Ms, maxMs, count } }: { name: string; latencies: Latencies }) {
  return (
    <tr>
      <td>{name}</td>
      <td className="number">{words(duration(p50Ms))}</td>
      <td className="number">{words(duration(p95Ms))}</td>
      <td className="number">{words(duration(maxMs))}</td>
      <td className="number">{whole(count)}</td>
    </tr>
  );
}

function WriteBehind({ database: { writeBehind } }: { database: OpsDatabase }) {
  const now = useShownNow();
  const { sessions, laps, events, lastRoundMs, lastStoredAt } = writeBehind;
  const waiting = laps + events;
  return (
    <Panel title="Waiting to be stored" aside="live timing never waits for it">
      <Facts
        facts={[
          ['laps', whole(laps)],
          ['race events', whole(events)],
          ['of sessions', whole(sessions)],
          ['last round took', words(duration(lastRoundMs))],
          ['stored last', lastStoredAt === null ? 'never' : `${words(duration(Math.max(0, now - lastStoredAt)))} ago`],
        ]}
      />
      {waiting === 0 && <p className="soft">Everything is stored.</p>}
    </Panel>
  );
}

function QueryChart() {
  const { read, times } = useHistory();
  const figures = read.data?.figures;
  return (
    <Panel title="Query p95 and queries that wait, last 15 minutes" className="database-wide">
      {figures === undefined ? (
        read.missing !== null && <MissingLabel missing={read.missing} what="a history" />
      ) : figures.queryMsP95.every((value) => value === null) ? (
        <Nothing>No queries in the last 15 minutes.</Nothing>
      ) : (
        <div className="database-charts">
          <TimeChart
            label="95th percentile of queries over the last 15 minutes"
            times={times}
            lines={[{ name: 'query p95', values: figures.queryMsP95, colour: '--pit' }]}
            format={(ms) => words(duration(ms))}
          />
          <TimeChart
            label="Queries that wait for a connection over the last 15 minutes"
            times={times}
            lines={[{ name: 'waiting', values: figures.poolWaiting, colour: '--warn' }]}
            format={whole}
            isCount
          />
        </div>
      )}
    </Panel>
  );
}

function Holders({ database: { holders } }: { database: OpsDatabase }) {
  return (
    <Panel title="Connections in use" aside={`${holders.length}`}>
      {holders.length === 0 ? (
        <Nothing>None: all connections are free.</Nothing>
      ) : (
        <Table heads={[{ number: 'for' }, 'statement', 'from']}>
          {holders.map((holder) => (
            <tr key={`${holder.callSite} ${holder.heldMs}`} data-marked={holder === holders[0] || undefined}>
              <td className="number">{words(duration(holder.heldMs))}</td>
              <td>{holder.statement ?? 'none yet'}</td>
              <td className="cut" title={holder.callSite}>
                {holder.callSite}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

function Slow({ database: { slow } }: { database: OpsDatabase }) {
  return (
    <Panel title="Slow queries" aside="newest first" className="database-wide">
      {slow.length === 0 ? (
        <Nothing>No slow queries.</Nothing>
      ) : (
        <Table heads={['at', { number: 'took' }, 'statement', 'from']} className="database-list">
          {slow.map((query) => (
            <tr key={`${query.at} ${query.statement} ${query.tookMs}`}>
              <td>{momentOf(query.at)}</td>
              <td className="number">{words(duration(query.tookMs))}</td>
              <td>{query.statement}</td>
              <td className="cut" title={query.callSite}>
                {query.callSite}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
