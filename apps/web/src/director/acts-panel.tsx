import { actWords } from './moment-words.js';
import { Panel } from './panel.js';
import { useDesk } from './use-desk.js';

const MAX_SHOWN = 14;

/** What the show's directors did, newest first: two at once see each other. */
export function ActsPanel() {
  const { acts } = useDesk();
  return (
    <Panel title="Acts">
      {acts.length === 0 && <p className="soft">Nobody has done anything yet.</p>}
      <ol className="acts">
        {acts.slice(0, MAX_SHOWN).map((act) => (
          <li key={`${act.at} ${act.act}`}>
            <time dateTime={new Date(act.at).toISOString()}>
              {new Date(act.at).toLocaleTimeString([], { hourCycle: 'h23' })}
            </time>
            <b>{act.who}</b>
            <span>{actWords(act)}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
