import type { DatabaseLock, OpsDatabase } from '@okboxbox/protocol';
import { duration, momentOf, whole, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { heldBy, probeText } from './database-labels.js';

/** Statements that have not ended, and what the newest probe of the database has found. */
export function Running({ database: { running = [], probe = null } }: { database: OpsDatabase }) {
  return (
    <Panel title="Statements that run" aside={`${running.length}`}>
      {running.length === 0 ? (
        <Nothing>No statement runs.</Nothing>
      ) : (
        <Table heads={[{ number: 'for' }, 'statement', 'from']}>
          {running.map(({ ageMs, statement, callSite }, i) => (
            <tr key={`${callSite} ${statement}`} data-marked={i === 0 || undefined}>
              <td className="number">{words(duration(ageMs))}</td>
              <td>{statement === 'connect' ? 'wait for a connection' : statement}</td>
              <td className="cut" title={callSite}>
                {callSite}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {probe !== null && <p className="soft">{probeText(probe)}</p>}
    </Panel>
  );
}

/** Who holds the locks that statements waited for in the last minute; nothing where none did. */
export function Locks({ database: { locks = [] } }: { database: OpsDatabase }) {
  if (locks.length === 0) return null;
  return (
    <Panel title="Waits for a lock" aside="last minute, newest first" className="database-wide">
      <Table
        heads={['seen at', 'statement', { number: 'waited' }, 'held by', 'its state', { number: 'its transaction' }]}
      >
        {locks.map((lock) => (
          <tr key={keyOf(lock)}>
            <td>{momentOf(lock.at)}</td>
            <td>{lock.statement}</td>
            <td className="number">{words(duration(lock.waitedMs))}</td>
            <td>{heldBy(lock.holder)}</td>
            <td>{lock.holder.state ?? 'not shown to this user'}</td>
            <td className="number">{words(duration(lock.holder.ageMs))}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

/** Statements that fail, until they succeed; nothing where none does. */
export function Failing({ database: { failing = [] } }: { database: OpsDatabase }) {
  if (failing.length === 0) return null;
  return (
    <Panel title="Statements that fail" aside="until they succeed" className="database-wide">
      <Table heads={['last at', 'statement', { number: 'times' }, 'code', 'message', 'from']}>
        {failing.map(({ at, statement, count, code, message, callSite }) => (
          <tr key={`${callSite} ${statement}`}>
            <td>{momentOf(at)}</td>
            <td>{statement}</td>
            <td className="number">{whole(count)}</td>
            <td>{code ?? 'none'}</td>
            <td>{message}</td>
            <td>{callSite}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function keyOf({ statement, callSite, holder, firstAt }: DatabaseLock): string {
  return `${statement} ${callSite} ${holder.pid} ${firstAt}`;
}
