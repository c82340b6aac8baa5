import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../../packages/findings/src/failure-modes.js';
import { DRILLED_CODES, DRILLS, type DrillResult, documentOf, strangers } from './index.js';
import { BY_OTHER_MEANS } from './other-means.js';

describe('drills', () => {
  it('are there for every cause of every failure mode, and for nothing else', () => {
    // No data is a failure of looking: a drill of it would look at nothing.
    const drilled = DETECTORS.filter(({ code }) => code !== 'NO_DATA').map(({ mode }) => mode);
    const causes = drilled.flatMap((mode) => Object.keys(mode.causes).map((cause) => `${mode.code}/${cause}`));
    expect([...new Set(DRILLS.map(({ code, cause }) => `${code}/${cause}`))].sort()).toEqual(causes.sort());
    expect(new Set(DRILLS.map(({ name }) => name)).size).toBe(DRILLS.length);
    expect(DRILLED_CODES).toEqual(drilled.map(({ code }) => code));
  });
});

const [drill] = DRILLS;
const expected = { code: 'BROADCAST_DELAY_NOT_WORKING', cause: 'holding', severity: 'info' } as const;
const stranger = { code: 'DB_LATENCY', cause: 'event_loop', severity: 'warning' } as const;
const own = { code: 'RELAY_NOT_CONNECTING', cause: 'never_seen', severity: 'info' } as const;

it('faults made by other means were reported as causes that there are', () => {
  const causes = DETECTORS.flatMap(({ mode }) => Object.keys(mode.causes).map((cause) => `${mode.code}/${cause}`));
  expect(BY_OTHER_MEANS.map(({ reported }) => reported).filter((reported) => !causes.includes(reported))).toEqual([]);
});

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
    const cells = (of: Partial<Record<string, string>>) => DRILLED_CODES.map((code) => ` ${of[code] ?? ''} |`).join('');
    expect(row({ seen: [expected, stranger] })).toBe(
      `| \`relay-never-seen\` |${cells({ RELAY_NOT_CONNECTING: '!! not never_seen', DB_LATENCY: '!! event_loop' })}`,
    );
    const found = { finding: own as never, afterMs: 1_000 };
    expect(row({ found, seen: [own] })).toBe(
      `| \`relay-never-seen\` |${cells({ RELAY_NOT_CONNECTING: '**never_seen**' })}`,
    );
    expect(row({ found, seen: [own], clearedAfterMs: null })).toContain('**never_seen** !! not cleared');
  });
});
