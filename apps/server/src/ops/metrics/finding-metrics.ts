import type { Operations } from '../operations.js';
import { type Families, seconds } from './families.js';
import type { Look } from './look.js';

/** What has been found wrong, and how old the look is that found it; alerts are made of these. */
export function findingMetrics(families: Families, operations: Operations, look: () => Look): void {
  const { triage } = operations;
  // What has cleared is no series any more.
  families.rows(
    'okboxbox_findings',
    'What is wrong now, by failure mode and cause.',
    ['code', 'cause', 'severity'],
    () => triage.answer.findings.map(({ code, cause, severity }) => ({ labels: { code, cause, severity }, value: 1 })),
  );
  families.gauge('okboxbox_findings_age_seconds', 'How long ago the server looked for what is wrong with it.', () =>
    // Before the first look it is as old as the server.
    seconds(triage.answer.at === 0 ? look().summary.uptimeMs : Math.max(0, operations.now() - triage.answer.at)),
  );
}
