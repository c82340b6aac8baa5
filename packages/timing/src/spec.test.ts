import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Titles of the tests beside this file. */
function titles(): string {
  const tests = readdirSync(fileURLToPath(new URL('.', import.meta.url))).filter((name) => name.endsWith('.test.ts'));
  const calls = tests.flatMap((name) => [...read(`./${name}`).matchAll(/\b(?:it|describe)(?:\.each)?\(\s*([^\n]*)/g)]);
  // The title of a table of tests stands behind the table.
  const tables = tests.flatMap((name) => [...read(`./${name}`).matchAll(/\)\(\s*('[^\n]*)/g)]);
  return [...calls, ...tables].map((match) => match[1]).join('\n');
}

it('each rule of SPEC.md has a test that carries its number', () => {
  const rules = [...read('../SPEC.md').matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm)].map((match) => match[1] as string);
  expect(rules.length).toBeGreaterThan(60);
  expect(rules).toEqual([...new Set(rules)]);
  const known = titles();
  expect(rules.filter((rule) => !new RegExp(`\\b${rule}\\b`).test(known))).toEqual([]);
});
