import { useNavigate } from '@tanstack/react-router';
import { age } from '../format.js';
import { StateBadge } from '../shell/state-badge.js';
import { momentOf } from './figures.js';
import { useOpsSearch, withoutEmpty } from './ops-search.js';
import { useOpsSource } from './ops-source.js';
import { standingOf } from './status-words.js';
import { useOps, usePause, useStaleness } from './use-ops.js';

/** How the show does, in the head of every view, and whether what is shown moves. */
export function OpsHead() {
  const source = useOpsSource();
  const [{ sessionId }] = useOpsSearch();
  const navigate = useNavigate();
  const { paused, toggle } = usePause();
  const read = useOps('summary', {}, { enabled: false });
  const staleMs = useStaleness(read);
  if (read.data === undefined) return <span className="soft">Operations</span>;
  const { shape, word } = standingOf(read.data, paused ? null : staleMs);
  return (
    <span className="ops-head">
      <StateBadge state={shape}>{word}</StateBadge>
      {source.at !== null && <span className="ops-frozen">Support pack of {momentOf(source.at)}</span>}
      {source.at === null && staleMs !== null && <span className="ops-old">{age(staleMs)} old</span>}
      {source.at === null && (
        <button type="button" className="button ops-pause" aria-pressed={paused} onClick={toggle}>
          {paused ? 'Paused' : 'Pause'} <kbd>p</kbd>
        </button>
      )}
      {source.at === null && (
        <button
          type="button"
          className="button ops-export"
          onClick={() =>
            void navigate({
              to: '/admin/ops/$view',
              params: { view: 'pack' },
              search: withoutEmpty({ sessionId }),
            })
          }
        >
          Export Support Pack
        </button>
      )}
    </span>
  );
}
