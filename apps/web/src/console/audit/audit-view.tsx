import '../../kit/table.css';
import './audit-view.css';
import type { AuditAnswer, AuditEntry } from '@okboxbox/protocol';
import { useState } from 'react';
import { Button } from '../../kit/button.js';
import { Input } from '../../kit/field.js';
import { momentOf } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Answered } from '../answered.js';
import { useOpsSearch } from '../ops-search.js';
import { useOpsSource } from '../ops-source.js';
import { useOps } from '../use-ops.js';
import { detailLabel, entriesWith, joinedPages } from './audit-labels.js';

/** Entries of a page. */
const PAGE = 100;

/** Who did what, newest first; older pages on demand. */
export function AuditView() {
  const read = useOps('audit', { limit: PAGE });
  return (
    <Answered read={read} what="an audit">
      {(newest) => <Audit newest={newest} />}
    </Answered>
  );
}

function Audit({ newest }: { newest: AuditAnswer }) {
  const source = useOpsSource();
  const [search, change] = useOpsSearch();
  const [older, setOlder] = useState<readonly AuditAnswer[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const text = search.q ?? '';
  const before = (older.at(-1) ?? newest).before;
  const all = joinedPages([newest.entries, ...older.map(({ entries }) => entries)]);
  const shown = entriesWith(all, text);

  const readOlder = async () => {
    if (before === null || isBusy) return;
    setBusy(true);
    try {
      setProblem(null);
      const page = await source.read('audit', { limit: PAGE, before });
      // The newest page goes on: what it shows now is kept, or entries would be missing between the two.
      setOlder([...older, newest, page]);
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Panel title="Who did what" aside={text === '' ? `${all.length} shown` : `${shown.length} of ${all.length}`}>
      <p className="audit-search">
        <Input
          type="search"
          data-ops-search
          aria-label="Search in what is shown"
          placeholder="who, what, or a value"
          value={text}
          onChange={(event) => change({ q: event.target.value })}
        />
      </p>
      {newest.waiting > 0 && (
        <p>
          <StateBadge state="warn">
            {`${newest.waiting} newer ${newest.waiting === 1 ? 'action is' : 'actions are'} not stored yet: the database is unavailable`}
          </StateBadge>
        </p>
      )}
      {shown.length === 0 ? (
        <Nothing>
          {all.length === 0
            ? 'No actions yet. Actions of directors and operators are listed here.'
            : 'No entry shown matches. Older pages may.'}
        </Nothing>
      ) : (
        <AuditTable entries={shown} />
      )}
      <p className="audit-older">
        {before === null ? (
          all.length > 0 && <span className="soft">End of the list.</span>
        ) : (
          <Button disabled={isBusy} onClick={() => void readOlder()}>
            {isBusy ? 'Reading …' : 'Older'}
          </Button>
        )}
        {problem !== null && (
          <span role="alert" className="problem">
            {problem}
          </span>
        )}
      </p>
    </Panel>
  );
}

/** Entries of an audit as a table. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <table className="table audit-table">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">More</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <td>
              <time dateTime={new Date(entry.at).toISOString()}>{momentOf(entry.at)}</time>
            </td>
            <td className="cut" title={entry.who}>
              {entry.who}
            </td>
            <td>{entry.action}</td>
            <td className="cut" title={detailLabel(entry)}>
              {detailLabel(entry)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
