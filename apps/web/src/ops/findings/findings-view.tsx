import type { FindingsAnswer } from '@okboxbox/protocol';
import { age } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { OpsPanel } from '../parts/panel.js';
import { Answered, Nothing } from '../parts/states.js';
import { useOps, useShownNow } from '../use-ops.js';
import { causeWords, findingTitle } from './finding-words.js';
import { FindingsPanel } from './findings-panel.js';

/** What is wrong, what was looked at and is clear, and what cleared lately. */
export function FindingsView() {
  const read = useOps('findings', {});
  return (
    <Answered read={read} what="findings">
      {(answer) => (
        <div className="findings-view">
          {answer.findings.length === 0 ? (
            <OpsPanel title="What is wrong">
              <StateBadge state="ok">Nothing of what is looked for</StateBadge>
            </OpsPanel>
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
    <OpsPanel title="Looked at, and clear" aside={`looked ${age(Math.max(0, now - at))} ago`}>
      {clear.length === 0 ? (
        <Nothing>Nothing is clear now.</Nothing>
      ) : (
        <ul className="findings-clear">
          {clear.map((code) => (
            <li key={code}>
              <StateBadge state="ok">{findingTitle(code)}</StateBadge>
            </li>
          ))}
        </ul>
      )}
    </OpsPanel>
  );
}

/** Detectors that did not look: what is not found by them is not known, rather than clear. */
function Skipped({ answer: { skipped } }: { answer: FindingsAnswer }) {
  if (skipped.length === 0) return null;
  return (
    <OpsPanel title="Not looked at" aside="not known, rather than clear">
      <ul className="findings-clear">
        {skipped.map(({ code, because }) => (
          <li key={code}>
            <StateBadge state="warn">{findingTitle(code)}</StateBadge> <span className="soft">{because}</span>
          </li>
        ))}
      </ul>
    </OpsPanel>
  );
}

function Cleared({ answer: { cleared } }: { answer: FindingsAnswer }) {
  const now = useShownNow();
  return (
    <OpsPanel title="Cleared lately">
      {cleared.length === 0 ? (
        <Nothing>Nothing was wrong lately.</Nothing>
      ) : (
        <ul className="findings-clear">
          {cleared.map(({ code, cause, clearedAt }) => (
            <li key={`${code} ${cause} ${clearedAt}`}>
              <StateBadge state="off">{findingTitle(code)}</StateBadge>{' '}
              <span className="soft">
                {causeWords(cause)} · {age(Math.max(0, now - clearedAt))} ago
              </span>
            </li>
          ))}
        </ul>
      )}
    </OpsPanel>
  );
}
