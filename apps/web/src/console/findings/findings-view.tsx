import './findings-view.css';
import { titleOf } from '@okboxbox/findings';
import type { FindingsAnswer } from '@okboxbox/protocol';
import { age } from '../../format.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Answered } from '../answered.js';
import { useOps, useShownNow } from '../use-ops.js';
import { causeLabel } from './finding-labels.js';
import { FindingsPanel } from './findings-panel.js';

/** What is wrong, what was looked at and is clear, and what cleared lately. */
export function FindingsView() {
  const read = useOps('findings', {});
  return (
    <Answered read={read} what="findings">
      {(answer) => (
        <div className="findings-view">
          {answer.findings.length === 0 ? (
            <Panel title="What is wrong">
              <StateBadge state="ok">No problems found</StateBadge>
            </Panel>
          ) : (
            <FindingsPanel findings={answer.findings} />
          )}
          <Clear answer={answer} />
          <Skipped answer={answer} />
          <Cleared answer={answer} />
        </div>
      )}
    </Answered>
  );
}

function Clear({ answer: { clear, at } }: { answer: FindingsAnswer }) {
  const now = useShownNow();
  return (
    <Panel title="Checked, no problem" aside={`checked ${age(Math.max(0, now - at))} ago`}>
      {clear.length === 0 ? (
        <Nothing>Nothing is clear.</Nothing>
      ) : (
        <ul className="findings-clear">
          {clear.map((code) => (
            <li key={code}>
              <StateBadge state="ok">{titleOf(code)}</StateBadge>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Detectors that did not look: what is not found by them is not known, rather than clear. */
function Skipped({ answer: { skipped } }: { answer: FindingsAnswer }) {
  if (skipped.length === 0) return null;
  return (
    <Panel title="Not checked" aside="unknown, not clear">
      <ul className="findings-clear">
        {skipped.map(({ code, because }) => (
          <li key={code}>
            <StateBadge state="warn">{titleOf(code)}</StateBadge> <span className="soft">{because}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Cleared({ answer: { cleared } }: { answer: FindingsAnswer }) {
  const now = useShownNow();
  return (
    <Panel title="Recently cleared">
      {cleared.length === 0 ? (
        <Nothing>No recent problems.</Nothing>
      ) : (
        <ul className="findings-clear">
          {cleared.map(({ code, cause, clearedAt }) => (
            <li key={`${code} ${cause} ${clearedAt}`}>
              <StateBadge state="off">{titleOf(code)}</StateBadge>{' '}
              <span className="soft">
                {causeLabel(cause)} · {age(Math.max(0, now - clearedAt))} ago
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
