import { FINDING_CAUSES } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { DRILLED_CODES, DRILLS, type DrillResult, documentOf, strangers } from './index.js';

describe('drills', () => {
  it('are there for every cause of every failure mode, once', () => {
    const causes = DRILLED_CODES.flatMap((code) => FINDING_CAUSES[code].map((cause) => `${code}/${cause}`));
    expect(DRILLS.map(({ code, cause }) => `${code}/${cause}`).sort()).toEqual(causes.sort());
    expect(new Set(DRILLS.map(({ name }) => name)).size).toBe(DRILLS.length);
    const undrilled = Object.keys(FINDING_CAUSES).filter(
      (code) => !(DRILLED_CODES as readonly string[]).includes(code),
    );
    expect(undrilled).toEqual(['NO_DATA', 'DETECTOR_FAILED']);
  });
});

const [drill] = DRILLS;
const expected = { code: 'BROADCAST_DELAY_NOT_WORKING', cause: 'holding', severity: 'info' } as const;
const stranger = { code: 'DB_LATENCY', cause: 'event_loop', severity: 'warning' } as const;
const own = { code: 'RELAY_NOT_CONNECTING', cause: 'never_seen', severity: 'info' } as const;

describe('the matrix', () => {
  it('counts a finding of another failure mode against a drill, unless it is an expected condition', () => {
    if (drill === undefined) throw new Error('There are no drills.');
    expect(strangers(drill, [own, expected, stranger])).toEqual([stranger]);
    expect(strangers(drill, [{ ...expected, severity: 'warning' }])).toHaveLength(1);
    expect(strangers(drill, [{ ...expected, cause: 'not_published' }])).toHaveLength(1);
  });

  it('shows what was found, what was not, and what should not have been', () => {
    if (drill === undefined) throw new Error('There are no drills.');
    const result = { drill, found: null, seen: [], clearedAfterMs: 1 } satisfies DrillResult;
    const row = (over: Partial<DrillResult>) =>
      documentOf([{ ...result, ...over }])
        .split('\n')
        .find((line) => line.startsWith(`| \`${drill.name}\` |`));
    expect(row({ seen: [expected, stranger] })).toBe(
      '| `relay-never-seen` | !! not never_seen |  |  |  |  |  | !! event_loop |  |',
    );
    const found = { finding: own as never, afterMs: 1_000 };
    expect(row({ found, seen: [own] })).toBe('| `relay-never-seen` | **never_seen** |  |  |  |  |  |  |  |');
    expect(row({ found, seen: [own], clearedAfterMs: null })).toContain('**never_seen** !! not cleared');
  });
});
