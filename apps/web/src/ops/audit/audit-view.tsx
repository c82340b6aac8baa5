import '../../style/ops-audit.css';
import type { AuditAnswer, AuditEntry } from '@okboxbox/protocol';
import { useState } from 'react';
import { StateBadge } from '../../shell/state-badge.js';
import { momentOf } from '../figures.js';
import { useOpsSearch } from '../ops-search.js';
import { useOpsSource } from '../ops-source.js';
import { OpsPanel } from '../parts/panel.js';
import { Answered, Nothing } from '../parts/states.js';
import { useOps } from '../use-ops.js';
import { detailWords, entriesWith, joinedPages } from './audit-words.js';

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
    <OpsPanel title="Who did what" aside={text === '' ? `${all.length} shown` : `${shown.length} of ${all.length}`}>
      <p className="audit-search">
        <input
          className="field"
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
            {`${newest.waiting} newer ${newest.waiting === 1 ? 'act is' : 'acts are'} not stored yet: the database is away`}
          </StateBadge>
        </p>
      )}
      {shown.length === 0 ? (
        <Nothing>
          {all.length === 0
            ? 'Nobody has done anything yet. What directors and operators do stands here.'
            : 'Nothing of what is shown has that in it. Older pages may.'}
        </Nothing>
      ) : (
        <AuditTable entries={shown} />
      )}
      <p className="audit-older">
        {before === null ? (
          all.length > 0 && <span className="soft">That is all there is.</span>
        ) : (
          <button type="button" className="button" disabled={isBusy} onClick={() => void readOlder()}>
            {isBusy ? 'Reading …' : 'Older'}
          </button>
        )}
        {problem !== null && (
          <span role="alert" className="problem">
            {problem}
          </span>
        )}
      </p>
    </OpsPanel>
  );
}

/** Entries of an audit as a table. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <table className="ops-table audit-table">
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
            <td className="cut" title={detailWords(entry)}>
              {detailWords(entry)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
