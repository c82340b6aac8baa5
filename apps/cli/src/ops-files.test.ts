import { DETECTORS, runDetectors } from '@okboxbox/findings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupLike, healthy } from '../../../packages/findings/src/testing/healthy-night.js';
import { findingsInWords } from './findings-table.js';
import { readPack } from './ops-files.js';

const snapshot = healthy({ socketGroups: [groupLike({ role: 'overlay', room: 'live', socketIds: ['a'] })] });
const findings = { at: snapshot.at, cleared: [], ...runDetectors(snapshot, DETECTORS) };
const packOf = (sections: object) =>
  readPack({
    manifest: {
      kind: 'okboxbox-support-pack',
      version: '0.1.0',
      createdAt: snapshot.at,
      sections: ['snapshot', 'findings'].map((name) => ({ name, status: 'success', because: null })),
    },
    sections,
  });

/** A copy in which what stands at a place, found by turns, is something else. */
function spoiled(value: unknown, turns: readonly number[], by: unknown): unknown {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const [turn, ...rest] = turns;
  const key = turn === undefined ? undefined : keys[turn % keys.length];
  if (key === undefined) return by;
  const inner = spoiled((value as Record<string, unknown>)[key], rest, by);
  return Array.isArray(value)
    ? value.map((each, n) => (String(n) === key ? inner : each))
    : { ...(value as object), [key]: inner };
}

describe('a support pack, as the doctor reads it', () => {
  it('has the findings that it has recorded, and those that are made again', () => {
    expect(packOf({ snapshot, findings })).toMatchObject({
      because: '',
      again: { findings: findings.findings },
      recorded: { findings: findings.findings },
    });
  });

  it('a finding that could not be printed is damage, told in words', () => {
    const [first] = findings.findings;
    const told = (over: object) => packOf({ findings: { ...findings, findings: [{ ...first, ...over }] } });
    expect(told({ scope: { socketIds: ['a'] }, evidence: [] })?.recorded).not.toBeNull();
    for (const [field, over] of [
      ['scope.socketIds', { scope: { socketIds: 5 } }],
      ['scope.show', { scope: { show: {} } }],
      ['evidence.0.events', { evidence: [{ name: 'sockets', value: 1, threshold: 2, events: 5 }] }],
      ['nextStep.view', { nextStep: { text: 'Go.', view: {} } }],
    ] as const)
      expect(told(over)).toMatchObject({
        recorded: null,
        because: expect.stringContaining(
          `The part "findings" is damaged. Its field "findings.0.${field}" cannot be read.`,
        ),
      });
  });

  it('wherever it is damaged, it is read and printed, or refused in words', () => {
    const parts = JSON.parse(JSON.stringify({ snapshot, findings })) as unknown;
    const turns = fc.array(fc.nat(40), { minLength: 1, maxLength: 7 });
    const others = fc.oneof<fc.Arbitrary<unknown>[]>(fc.jsonValue(), fc.constant({ toString: 5 }), fc.constant([{}]));
    const threw = { code: 'DETECTOR_FAILED', cause: 'threw', since: 1 };
    fc.assert(
      fc.property(turns, others, (place, other) => {
        const pack = packOf(spoiled(parts, place, other) as object);
        for (const found of [pack?.again, pack?.recorded])
          if (found) expect(findingsInWords('pack', found, snapshot.at)).toContain('pack: ');
        if (pack?.again === null) expect(pack.because).toContain('The part "snapshot"');
      }),
      { numRuns: 500, examples: [[[0], { ...snapshot, history: { at: 0 }, before: [threw] }]] },
    );
  });
});
