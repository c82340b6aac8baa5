import './findings-panel.css';
import { findingKey, titleOf } from '@okboxbox/findings';
import { asTyped, type Finding } from '@okboxbox/protocol';
import { age } from '../../format.js';
import { CopyButton } from '../../kit/copy-button.js';
import { StateBadge } from '../../kit/state-badge.js';
import { shapeOf, worstFirst } from '../status-labels.js';
import { useShownNow } from '../use-ops.js';
import { causeLabel, countLabel, evidenceLabel, SEVERITY_LABELS, scopeLabel } from './finding-labels.js';
import { RunbookButton } from './runbook-button.js';
import { ViewLink } from './view-link.js';

/** What is wrong, the worst first, with the cause, the evidence and what to do. Nothing where nothing is wrong. */
export function FindingsPanel({ findings }: { findings: readonly Finding[] }) {
  const now = useShownNow();
  if (findings.length === 0) return null;
  return (
    <section className="findings" aria-label="Findings">
      <h2>
        What is wrong <small>{countLabel(findings)}</small>
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
  const scope = scopeLabel(finding.scope);
  const isTold = finding.cause !== 'inconclusive';
  return (
    <article className="finding" data-severity={finding.severity} aria-label={titleOf(finding.code)}>
      <header>
        <StateBadge state={shapeOf(finding.severity)}>{SEVERITY_LABELS[finding.severity]}</StateBadge>
        <h3>{finding.summary}</h3>
        <span className="soft">
          {titleOf(finding.code)} · {finding.kind === 'event' ? 'happened' : 'for'}{' '}
          {age(Math.max(0, now - finding.since))}
          {finding.kind === 'event' && ' ago'}
          {scope !== '' && ` · ${scope}`}
        </span>
      </header>
      <p>
        <b>{isTold ? `Cause: ${causeLabel(finding.cause)}` : 'Cause unknown'}</b>
        <span className="soft"> · confidence {finding.confidence}</span>
        <br />
        {finding.because}
      </p>
      <NextStep finding={finding} />
      <details open={finding.severity === 'critical'}>
        <summary>
          Evidence ({finding.evidence.length}) and ruled out ({finding.ruledOut.length})
        </summary>
        <dl>
          {finding.evidence.map((evidence) => (
            <div key={evidence.name}>
              <dt>{evidence.name}</dt>
              <dd>
                {evidenceLabel(evidence)}
                {evidence.events !== undefined && evidence.events.length > 0 && (
                  <span className="soft"> · events {evidence.events.join(', ')}</span>
                )}
              </dd>
            </div>
          ))}
          {finding.ruledOut.map(({ cause, because }) => (
            <div key={cause} data-ruled-out>
              <dt>not {causeLabel(cause)}</dt>
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
  const { text, view } = nextStep;
  const command = nextStep.command === undefined ? undefined : asTyped(nextStep.command);
  return (
    <div className="finding-step">
      <span>
        <b>Next step: </b>
        {asTyped(text)}
      </span>
      {command !== undefined && (
        <span className="command">
          <code>{command}</code>
          <CopyButton text={command} what="the command" />
        </span>
      )}
      {view !== undefined && <ViewLink address={view}>Open view</ViewLink>}
    </div>
  );
}
