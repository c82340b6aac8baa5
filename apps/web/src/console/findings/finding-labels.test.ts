import type { Finding } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { causeLabel, countLabel, evidenceLabel, scopeLabel } from './finding-labels.js';

const finding = (over: Partial<Finding>): Finding => ({
  code: 'CLOCK_DRIFT',
  severity: 'warning',
  kind: 'condition',
  since: 1_000,
  scope: {},
  summary: 'A clock is off.',
  evidence: [],
  ruledOut: [],
  cause: 'clock_offset',
  because: 'The clock is 7 s ahead.',
  confidence: 'high',
  nextStep: { text: 'Sync the clock.' },
  runbook: '/docs/runbook.md#3',
  clearsWhen: 'The offset is below 0.5 s.',
  ...over,
});

describe('findings in words', () => {
  it('a figure stands with its bound, and an unknown one is a dash', () => {
    expect(evidenceLabel({ name: 'driftP95', value: 6_041, threshold: 5_000 })).toBe('6.0 s (limit 5.0 s)');
    expect(evidenceLabel({ name: 'offsetMs', value: null, threshold: null })).toBe('–');
    expect(evidenceLabel({ name: 'pool.waiting', value: 0, threshold: 1 })).toBe('0 (limit 1)');
  });

  it('says what it is of, and nothing where that is the server', () => {
    expect(scopeLabel({})).toBe('');
    expect(scopeLabel({ show: 'cup', relayId: 'r1', socketIds: ['a'] })).toBe('show cup · relay r1 · 1 socket');
    expect(scopeLabel({ sessionId: 'sess_1', socketIds: ['a', 'b'] })).toBe('session sess_1 · 2 sockets');
    expect(scopeLabel({ socketIds: [] })).toBe('');
    expect(scopeLabel({ detector: 'CLOCK_DRIFT' })).toBe('detector of high clock drift');
  });

  it('counts by how bad it is, and causes read as words', () => {
    expect(countLabel([finding({}), finding({ severity: 'critical' }), finding({})])).toBe('1 critical, 2 warning');
    expect(countLabel([])).toBe('');
    expect(causeLabel('overlay_in_live_room')).toBe('overlay in live room');
  });
});
