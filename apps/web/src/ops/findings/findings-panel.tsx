import '../../style/ops-findings.css';
import type { Finding } from '@okboxbox/protocol';
import { age } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { shapeOf, worstFirst } from '../status-words.js';
import { useShownNow } from '../use-ops.js';
import { CopyButton } from './copy-button.js';
import {
  causeWords,
  countWords,
  evidenceWords,
  findingKey,
  findingTitle,
  SEVERITY_WORDS,
  scopeWords,
} from './finding-words.js';
import { RunbookButton } from './runbook-button.js';
import { ViewLink } from './view-link.js';

/** What is wrong, the worst first, with the cause, the evidence and what to do. Nothing where nothing is wrong. */
export function FindingsPanel({ findings }: { findings: readonly Finding[] }) {
  const now = useShownNow();
  if (findings.length === 0) return null;
  return (
    <section className="findings" aria-label="Findings">
      <h2>
        What is wrong <small>{countWords(findings)}</small>
      </h2>
      <ol>
        {worstFirst(findings).map((finding) => (
          <li key={findingKey(finding)}>
            <FindingCard finding={finding} now={now} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function FindingCard({ finding, now }: { finding: Finding; now: number }) {
  const scope = scopeWords(finding.scope);
  const isTold = finding.cause !== 'inconclusive';
  return (
    <article className="finding" data-severity={finding.severity} aria-label={findingTitle(finding.code)}>
      <header>
        <StateBadge state={shapeOf(finding.severity)}>{SEVERITY_WORDS[finding.severity]}</StateBadge>
        <h3>{finding.summary}</h3>
        <span className="soft">
          {findingTitle(finding.code)} · {finding.kind === 'event' ? 'happened' : 'for'}{' '}
          {age(Math.max(0, now - finding.since))}
          {finding.kind === 'event' && ' ago'}
          {scope !== '' && ` · ${scope}`}
        </span>
      </header>
      <p>
        <b>{isTold ? `Cause: ${causeWords(finding.cause)}` : 'The cause cannot be told'}</b>
        <span className="soft"> · confidence {finding.confidence}</span>
        <br />
        {finding.because}
      </p>
      <NextStep finding={finding} />
      <details open={finding.severity === 'critical'}>
        <summary>
          Evidence ({finding.evidence.length}) and what it is not ({finding.ruledOut.length})
        </summary>
        <dl>
          {finding.evidence.map((evidence) => (
            <div key={evidence.name}>
              <dt>{evidence.name}</dt>
              <dd>
                {evidenceWords(evidence)}
                {evidence.events !== undefined && evidence.events.length > 0 && (
                  <span className="soft"> · events {evidence.events.join(', ')}</span>
                )}
              </dd>
            </div>
          ))}
          {finding.ruledOut.map(({ cause, because }) => (
            <div key={cause} data-ruled-out>
              <dt>not {causeWords(cause)}</dt>
              <dd>{because}</dd>
            </div>
          ))}
        </dl>
      </details>
      <footer className="soft">
        Clears when {finding.clearsWhen} <RunbookButton address={finding.runbook} />
      </footer>
    </article>
  );
}

function NextStep({ finding: { nextStep } }: { finding: Finding }) {
  const { text, command, view } = nextStep;
  return (
    <div className="finding-step">
      <span>
        <b>Do this: </b>
        {text}
      </span>
      {command !== undefined && (
        <span className="command">
          <code>{command}</code>
          <CopyButton text={command} what="the command" />
        </span>
      )}
      {view !== undefined && <ViewLink address={view}>Go there</ViewLink>}
    </div>
  );
}
