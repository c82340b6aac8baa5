import { asTyped, type Finding } from '@okboxbox/protocol';
import { age } from '../../format.js';
import { StateBadge } from '../../kit/state-badge.js';
import { OpsLink, readViewAddress } from '../ops-search.js';
import type { ShownSummary } from '../ops-source.js';
import { shapeOf, worstFirst } from '../status-labels.js';
import { useShownNow } from '../use-ops.js';

/** What is wrong, in words, with what to do; nothing at all where nothing is. What was found comes first. */
export function WrongPanel({ summary }: { summary: ShownSummary }) {
  const { findings = [], because, status } = summary;
  const found = new Set(findings.map((finding) => finding.summary));
  const seen = because.filter((reason) => !found.has(reason));
  if (findings.length === 0 && seen.length === 0) return null;
  return (
    <ul className="ops-wrong" aria-label="What is wrong">
      {worstFirst(findings).map((finding) => (
        <FindingRow key={`${finding.code} ${finding.cause} ${JSON.stringify(finding.scope)}`} finding={finding} />
      ))}
      {seen.map((reason) => (
        <li key={reason}>
          <StateBadge state={status === 'critical' && findings.length === 0 ? 'bad' : 'warn'}>{reason}</StateBadge>
        </li>
      ))}
    </ul>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const now = useShownNow();
  const { severity, summary, because, nextStep, since } = finding;
  const leadsTo = nextStep.view === undefined ? null : readViewAddress(nextStep.view);
  return (
    <li>
      <StateBadge state={shapeOf(severity)}>{summary}</StateBadge>
      <p>
        {because} <span className="soft">For {age(now - since)}.</span>
      </p>
      <p>
        {asTyped(nextStep.text)} {nextStep.command !== undefined && <code>{asTyped(nextStep.command)}</code>}{' '}
        {leadsTo !== null && (
          <OpsLink view={leadsTo.view} search={leadsTo.search}>
            Open view
          </OpsLink>
        )}{' '}
        <OpsLink view="findings">Evidence</OpsLink>
      </p>
    </li>
  );
}
