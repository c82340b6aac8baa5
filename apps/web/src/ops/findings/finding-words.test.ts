import { FINDING_CAUSES, type Finding } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import {
  causeWords,
  countWords,
  evidenceWords,
  FINDING_TITLES,
  findingKey,
  findingTitle,
  scopeWords,
} from './finding-words.js';

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
  it('every code that a server can send has a title; one of a newer server stands as it is', () => {
    expect(Object.keys(FINDING_TITLES).sort()).toEqual(Object.keys(FINDING_CAUSES).sort());
    expect(findingTitle('CLOCK_DRIFT')).toBe('Clock drift');
    expect(findingTitle('TYRES_FLAT')).toBe('TYRES_FLAT');
  });

  it('a figure stands with its bound, and an unknown one is a dash', () => {
    expect(evidenceWords({ name: 'driftP95', value: 6_041, threshold: 5_000 })).toBe('6.0 s (bound 5.0 s)');
    expect(evidenceWords({ name: 'offsetMs', value: null, threshold: null })).toBe('–');
    expect(evidenceWords({ name: 'pool.waiting', value: 0, threshold: 1 })).toBe('0 (bound 1)');
  });

  it('says what it is of, and nothing where that is the server', () => {
    expect(scopeWords({})).toBe('');
    expect(scopeWords({ show: 'cup', relayId: 'r1', socketIds: ['a'] })).toBe('show cup · relay r1 · 1 socket');
    expect(scopeWords({ sessionId: 'sess_1', socketIds: ['a', 'b'] })).toBe('session sess_1 · 2 sockets');
    expect(scopeWords({ socketIds: [] })).toBe('');
    expect(scopeWords({ detector: 'CLOCK_DRIFT' })).toBe('detector of clock drift');
  });

  it('the same code of two sessions is two findings; sockets that come and go do not make another', () => {
    const one = finding({ scope: { sessionId: 'sess_1', socketIds: ['a'] } });
    expect(findingKey(one)).toBe(findingKey(finding({ scope: { sessionId: 'sess_1', socketIds: ['b', 'c'] } })));
    expect(findingKey(one)).not.toBe(findingKey(finding({ scope: { sessionId: 'sess_2' } })));
  });

  it('counts by how bad it is, and causes read as words', () => {
    expect(countWords([finding({}), finding({ severity: 'critical' }), finding({})])).toBe('1 critical, 2 warning');
    expect(countWords([])).toBe('');
    expect(causeWords('overlay_in_live_room')).toBe('overlay in live room');
  });
});
