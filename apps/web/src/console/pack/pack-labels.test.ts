import { PACK_SECTIONS } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { packRequestOf } from './make-pack.js';
import {
  aboutLabel,
  byRuleLabel,
  hashLabel,
  missingParts,
  PART_LABELS,
  packBytes,
  progressLabel,
  redactedLabel,
} from './pack-labels.js';
import { manifestOf, PARTS } from './testing/pack.js';

describe('a support pack in words', () => {
  it('says how much was taken out, and by which rules', () => {
    expect(redactedLabel({})).toBe('nothing');
    expect(redactedLabel({ token: 1 })).toBe('1 value by 1 rule');
    expect(redactedLabel({ token: 2, email: 10, key: 0 })).toBe('12 values by 2 rules');
    expect(byRuleLabel({ token: 2, email: 10, key: 0 })).toBe('email 10, token 2');
  });

  it('says what it is of, how large it is, and what is not in it although it should be', () => {
    const { sections } = manifestOf(PARTS);
    expect(aboutLabel({ sessionId: null, traceId: null })).toBe('everything');
    expect(aboutLabel({ sessionId: 'sess_1', traceId: 'tr_1' })).toBe('session sess_1, with trace tr_1');
    expect(packBytes({ sections })).toBe(sections.reduce((sum, { bytes }) => sum + bytes, 0));
    const some = sections.slice(0, 5).map((each, n) => ({
      ...each,
      status: (['success', 'skipped', 'withheld', 'failed', 'timed_out'] as const)[n % 5] ?? 'success',
    }));
    expect(missingParts(some).map(({ status }) => status)).toEqual(['withheld', 'failed', 'timed_out']);
  });

  it('has words for every part that a server can make', () => {
    for (const name of PACK_SECTIONS) expect(PART_LABELS[name]).toBeDefined();
  });

  it('says of the hashes only what was hashed, and who is at fault where they do not match', () => {
    const none = { same: [], changed: [], added: [] };
    expect(hashLabel(none)).toEqual([]);
    expect(hashLabel({ ...none, same: ['events', 'trace'] })).toEqual([
      { state: 'ok', words: '2 parts are as the server created them: their hashes match' },
    ]);
    expect(hashLabel({ same: ['trace'], changed: ['events'], added: ['findings'] })).toEqual([
      { state: 'bad', words: 'Changed or removed since the server created it: events' },
      { state: 'bad', words: 'Added later, not by the server: findings' },
    ]);
  });

  it('counts the sampling down, then what has come', () => {
    expect(progressLabel({ step: 'making' }, 4_000, 10)).toEqual({
      words: 'Sampling figures, 6 s left …',
      share: 0.4,
    });
    expect(progressLabel({ step: 'making' }, 12_000, 10).share).toBeNull();
    expect(progressLabel({ step: 'making' }, 0, 0).words).toBe('The server is creating it …');
    expect(progressLabel({ step: 'receiving', bytes: 500, ofBytes: 1_000 }, 0, 0)).toEqual({
      words: '500 B of 1.0 KB received',
      share: 0.5,
    });
    expect(progressLabel({ step: 'receiving', bytes: 500, ofBytes: null }, 0, 0).share).toBeNull();
  });

  it('asks for nothing that was not chosen', () => {
    const nothing = { sessionId: '', traceId: '', includeConfig: false, without: [], sampleSec: 0, freeTexts: [] };
    expect(packRequestOf(nothing)).toEqual({});
    expect(
      packRequestOf({
        sessionId: 's',
        traceId: 't',
        includeConfig: true,
        without: ['config'],
        sampleSec: 10,
        freeTexts: ['key'],
      }),
    ).toEqual({
      sessionId: 's',
      traceId: 't',
      includeConfig: true,
      without: ['config'],
      sampleSec: 10,
      includeFreeText: ['key'],
    });
  });
});
