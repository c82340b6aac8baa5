import type { OpsSession } from '@okboxbox/protocol';
import { fields } from '../allow-list.js';
import { findings as findingsRule } from '../fields/finding-fields.js';
import { session } from '../fields/session-fields.js';
import { summary as summaryRule } from '../fields/summary-fields.js';
import { section } from '../section.js';
import { findingIsOf, isOf, summaryOf } from './in-scope.js';

export const summary = section('summary', ({ operations }, { sessionId }) => {
  // Findings have a part of their own.
  const { findings: _, ...answer } = operations.summary();
  return { head: summaryOf(sessionId, answer), rule: summaryRule };
});

export const findings = section('findings', async (_world, { sessionId, looked }) => {
  const { findings: answer } = await looked();
  const of = answer.findings.filter((finding) => findingIsOf(sessionId, finding));
  return { head: { ...answer, findings: of }, rule: findingsRule };
});

export const sessions = section('sessions', ({ operations }, { sessionId }) => ({
  head: {},
  rule: fields({}),
  lists: [
    {
      name: 'sessions',
      rows: operations.sessions().filter((each: OpsSession) => isOf(sessionId, each.sessionId)),
      rule: session,
    },
  ],
}));
