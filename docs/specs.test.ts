import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Rules with a number are in files named SPEC.md; a test of a rule has the number in its title. Both are read here, so
 * that no rule is without a test, and no title has a number that is not a rule's.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((name) => name !== '' && !name.startsWith('docs/specs.test'));
const read = (name: string) => readFileSync(new URL(name, `file://${ROOT}`), 'utf8');

const SPECS = FILES.filter((name) => name.endsWith('/SPEC.md'));
const RULES = SPECS.flatMap((name) => [...read(name).matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm)].map((match) => match[1]));

/** Calls of `it` and `describe` with a title, and the titles behind tables of tests. */
const TITLED = /\b(?:it|describe|test)(?:\.\w+)*(?:\([^'"`]*?\))?\(\s*(['"`])(.*?)\1/gs;
const BEHIND_TABLE = /\)\(\s*(['"`])(.*?)\1/gs;

function titlesIn(name: string): string[] {
  const text = read(name);
  return [...text.matchAll(TITLED), ...text.matchAll(BEHIND_TABLE)].map((match) => match[2] as string);
}

const TITLES = FILES.filter((name) => /\.(test\.tsx?|contract\.ts)$/.test(name)).flatMap(titlesIn);
/** Names with a number that are no rules. */
const OTHER_NAMES = new Set(['UTF-8', 'AES-256']);
const TITLED_NUMBERS = new Set(
  TITLES.flatMap((title) => title.match(/\b[A-Z]{2,5}-\d+\b/g) ?? []).filter((number) => !OTHER_NAMES.has(number)),
);

describe('the rules of all SPEC.md', () => {
  it('are found, each number once', () => {
    expect(SPECS.length).toBeGreaterThanOrEqual(3);
    expect(RULES.length).toBeGreaterThanOrEqual(123);
    expect(RULES).toEqual([...new Set(RULES)]);
  });

  it('each have a test that carries their number', () => {
    expect(RULES.filter((rule) => !TITLED_NUMBERS.has(rule as string))).toEqual([]);
  });

  it('have every number that the title of a test carries', () => {
    const known = new Set(RULES);
    expect([...TITLED_NUMBERS].filter((number) => !known.has(number))).toEqual([]);
  });
});
