import { findingsAnswer, type OpsSession, opsSession, opsSummaryFigures } from '@okboxbox/protocol';
import { fields } from '../allow-list.js';
import { ruleOf } from '../rules.js';
import { section } from '../section.js';
import { findingIsOf, isOf, summaryOf } from './in-scope.js';

export const summary = section('summary', ({ operations }, { sessionId }) => {
  // Findings have a part of their own.
  const { findings: _, ...answer } = operations.summary();
  return { head: summaryOf(sessionId, answer), rule: ruleOf(opsSummaryFigures) };
});

export const findings = section('findings', async (_world, { sessionId, looked }) => {
  const { findings: answer } = await looked();
  const of = answer.findings.filter((finding) => findingIsOf(sessionId, finding));
  return { head: { ...answer, findings: of }, rule: ruleOf(findingsAnswer) };
});

export const sessions = section('sessions', ({ operations }, { sessionId }) => ({
  head: {},
  rule: fields({}),
  lists: [
    {
      name: 'sessions',
      rows: operations.sessions().filter((each: OpsSession) => isOf(sessionId, each.sessionId)),
      rule: ruleOf(opsSession),
    },
  ],
}));
