import './actions-panel.css';
import { Panel } from '../kit/panel.js';
import { actSentence } from './act-sentences.js';
import { useDesk } from './use-desk.js';

const MAX_SHOWN = 14;

/** What the show's directors did, newest first: two at once see each other. */
export function ActionsPanel() {
  const { acts } = useDesk();
  return (
    <Panel title="Actions">
      {acts.length === 0 && <p className="soft">No actions yet.</p>}
      <ol className="action-log">
        {acts.slice(0, MAX_SHOWN).map((action) => (
          <li key={`${action.at} ${action.act}`}>
            <time dateTime={new Date(action.at).toISOString()}>
              {new Date(action.at).toLocaleTimeString([], { hourCycle: 'h23' })}
            </time>
            <b>{action.who}</b>
            <span>{actSentence(action)}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
