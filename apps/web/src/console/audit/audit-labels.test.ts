import type { AuditEntry } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { detailLabel, entriesWith, joinedPages } from './audit-labels.js';

const entry = (id: number, over: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: id * 1_000,
  who: 'anna',
  action: 'delay',
  detail: {},
  ...over,
});

describe('the audit in words', () => {
  it('a change is from and to; what is nothing is a dash; what is not simple stands as it is stored', () => {
    expect(detailLabel({ detail: { show: 'cup', from: 0, to: 30_000 } })).toBe('show cup · 0 → 30000');
    expect(detailLabel({ detail: { from: null, to: { mode: 'jump' } } })).toBe('– → {"mode":"jump"}');
    expect(detailLabel({ detail: { because: '', ok: true } })).toBe('because "" · ok true');
    expect(detailLabel({ detail: {} })).toBe('');
  });

  it('finds what was typed in who, what and detail, in whatever case', () => {
    const entries = [entry(1), entry(2, { who: 'Ben' }), entry(3, { detail: { socketId: 'AbC' } })];
    expect(entriesWith(entries, ' ben ').map(({ id }) => id)).toEqual([2]);
    expect(entriesWith(entries, 'abc').map(({ id }) => id)).toEqual([3]);
    expect(entriesWith(entries, '')).toBe(entries);
  });

  it('pages that overlap give each entry once, newest first', () => {
    expect(joinedPages([[entry(5), entry(4)], [entry(4), entry(3)], []]).map(({ id }) => id)).toEqual([5, 4, 3]);
  });
});
