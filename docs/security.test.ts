import { readFileSync } from 'node:fs';
import { CAPABILITIES_OF_ROLE } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { HTTP_CALLS, type Need, SOCKET_CALLS } from '../apps/server/src/testing/rights-table.js';

const page = readFileSync(new URL('./security.md', import.meta.url), 'utf8');

/** The rows of the table that begins with a column of this name. */
function rowsOf(column: string): string[][] {
  const [, table = ''] = page.split(`\n| ${column} |`);
  const lines = table.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** What each call and event is said to need; of several patterns that fit, the longest counts. */
const patterns = rowsOf('right').flatMap(([right = '', opens]) =>
  codes(opens).map((pattern) => ({ right: right.replaceAll('`', ''), pattern })),
);
function saidOf(call: string): string[] {
  const isFor = (pattern: string) => (pattern.endsWith('*') ? call.startsWith(pattern.slice(0, -1)) : call === pattern);
  const fitting = patterns.filter(({ pattern }) => isFor(pattern));
  const longest = Math.max(...fitting.map(({ pattern }) => pattern.length));
  return fitting.filter(({ pattern }) => pattern.length === longest).map(({ right }) => right);
}
function rightOf(need: Need): string {
  if (need.of === 'everyone') return 'none';
  return need.of === 'published' ? 'published' : need.capability;
}

describe('docs/security.md', () => {
  it('has the roles and capabilities of the code', () => {
    const said = Object.fromEntries(rowsOf('role').map(([role, has]) => [codes(role)[0], codes(has).sort()]));
    const are = Object.entries(CAPABILITIES_OF_ROLE).map(([role, has]) => [role, [...has].sort()]);
    expect(said).toEqual(Object.fromEntries(are));
  });

  it('says of every HTTP call which right it needs', () => {
    const calls = Object.entries(HTTP_CALLS);
    expect(calls.length).toBeGreaterThan(50);
    for (const [call, { needs }] of calls) expect(saidOf(call), call).toEqual([rightOf(needs)]);
  });

  it('says of every event which right it needs', () => {
    const needed = new Map<string, Set<string>>();
    for (const { event, needs } of SOCKET_CALLS)
      needed.set(event, (needed.get(event) ?? new Set<string>()).add(rightOf(needs)));
    for (const [event, rights] of needed) expect(saidOf(event).sort(), event).toEqual([...rights].sort());
  });

  it('has no pattern that fits nothing', () => {
    const calls = [...Object.keys(HTTP_CALLS), ...SOCKET_CALLS.map(({ event }) => event)];
    const used = patterns.filter(({ pattern }) =>
      calls.some((call) => (pattern.endsWith('*') ? call.startsWith(pattern.slice(0, -1)) : call === pattern)),
    );
    expect(patterns.filter((each) => !used.includes(each))).toEqual([]);
  });
});
