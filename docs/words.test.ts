import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DELAY_STATE_NAMES, DELAY_STATES } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import { CATALOGUE, causesOf } from '../packages/findings/src/index.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

const GLOSSARY = read('docs/words.md');
const [TERMS_PART = '', AVOIDED_PART = ''] = GLOSSARY.split('## Do not write');

/** The first cells of a page's tables. */
function firstCells(page: string): string[] {
  return [...page.matchAll(/^\| ([^|]+) \|/gm)]
    .map(([, cell = '']) => cell)
    .filter((cell) => !/^(word|not)$/.test(cell));
}

const TERMS = firstCells(TERMS_PART).flatMap((cell) => cell.split(', '));
const AVOIDED = firstCells(AVOIDED_PART).flatMap((cell) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, phrase = '']) => phrase),
);
/** Avoided in comments and names as well. */
const NOWHERE = ['whoever', 'mend', 'so many'];

/** Finds a phrase as whole words, with its endings, over the line ends of texts and comments. */
function patternOf(phrase: string): RegExp {
  return new RegExp(`\\b${phrase.replace('X', '\\S+').replaceAll(' ', '[\\s*/#]+')}(?:s|ed|ing)?\\b`, 'i');
}

/** Whether a title has a word of the glossary, in the singular or the plural. */
function hasTerm(title: string): boolean {
  return TERMS.some((term) => new RegExp(`\\b${term.replace(/y$/, '(?:y|ie)')}s?\\b`, 'i').test(title));
}

const TRACKED = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(`${ROOT}${path}`));
const CODE = TRACKED.filter(
  (path) =>
    /^(?:(?:apps|packages)\/[^/]+|drills)\/src\/.*\.tsx?$/.test(path) && !/\.test\.tsx?$|\/testing\//.test(path),
);
/** What was decided is history and keeps its words. */
const DOCS = TRACKED.filter(
  (path) => path.endsWith('.md') && path !== 'docs/words.md' && !path.startsWith('docs/decisions/0'),
);

interface Found {
  readonly text: string;
  /** The attribute of the element, or the property, that has the text as its value. */
  readonly name: string | null;
  /** The element that has the attribute. */
  readonly element: string | null;
}

/** The texts of a file: string literals, templates and what stands between tags. */
function textsOf(path: string): Found[] {
  const found: Found[] = [];
  const walk = (node: unknown, name: string | null, element: string | null): void => {
    if (Array.isArray(node)) {
      for (const each of node) walk(each, name, element);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { type, ...parts } = node as { type?: string } & Record<string, unknown>;
    if (type === 'ImportDeclaration' || type === 'ExportAllDeclaration') return;
    if (type === 'Literal' && typeof parts.value === 'string') found.push({ text: parts.value, name, element });
    if (type === 'JSXText') found.push({ text: String(parts.value), name: null, element });
    if (type === 'TemplateLiteral')
      found.push({
        text: (parts.quasis as { value: { cooked: string | null } }[]).map(({ value }) => value.cooked ?? '').join('…'),
        name,
        element,
      });
    if (type === 'JSXOpeningElement') {
      walk(parts.attributes, null, nameOf(parts.name));
      return;
    }
    const inner = type === 'JSXAttribute' ? nameOf(parts.name) : type === 'Property' ? nameOf(parts.key) : name;
    for (const part of Object.values(parts)) walk(part, inner, element);
  };
  walk(parseAst(read(path), { lang: path.endsWith('x') ? 'tsx' : 'ts' }), null, null);
  return found;
}

function nameOf(node: unknown): string | null {
  const { name } = node as { name?: unknown };
  return typeof name === 'string' ? name : null;
}

/** The titles of the panels of a folder. */
function panelTitles(folder: string): string[] {
  return CODE.filter((path) => path.startsWith(folder))
    .flatMap(textsOf)
    .filter(({ name, element }) => element === 'Panel' && name === 'title')
    .map(({ text }) => text);
}

/** Texts in which an avoided phrase stands, with the file and the phrase. */
function avoidedIn(path: string, texts: readonly string[], phrases = AVOIDED): string[] {
  return texts.flatMap((text) =>
    phrases
      .filter((phrase) => patternOf(phrase).test(text))
      .map((phrase) => `${path}: ${phrase}: ${around(text, phrase)}`),
  );
}

function around(text: string, phrase: string): string {
  const at = text.search(patternOf(phrase));
  return text.slice(Math.max(0, at - 40), at + 60).replaceAll('\n', ' ');
}

describe('the glossary', () => {
  it('has each term once', () => {
    expect(TERMS.length).toBeGreaterThan(60);
    expect(TERMS.filter((term, i) => TERMS.indexOf(term) !== i)).toEqual([]);
  });

  it('avoids none of its own terms', () => {
    expect(AVOIDED).toEqual(expect.arrayContaining(NOWHERE));
    expect(avoidedIn('', TERMS)).toEqual([]);
  });

  it('finds a phrase in any form, and no other word', () => {
    for (const text of ['Whoever comes', 'it is mended', 'mends it', 'so\n * many laps'])
      expect(avoidedIn('', [text], NOWHERE)).toHaveLength(1);
    expect(avoidedIn('', ['recommended', 'amend', 'Nothing of the show is aired'])).toEqual([]);
    expect(avoidedIn('', ['Nothing of local is on air'])).toHaveLength(1);
  });
});

describe('what we write', () => {
  it('has no avoided phrase in the texts of the code', () => {
    const texts = CODE.map((path) => [path, textsOf(path).map(({ text }) => text)] as const);
    expect(texts.flatMap(([, each]) => each).length).toBeGreaterThan(10_000);
    expect(texts.flatMap(([path, each]) => avoidedIn(path, each))).toEqual([]);
  });

  it('has no avoided phrase in the docs', () => {
    expect(DOCS).toEqual(expect.arrayContaining(['README.md', 'docs/runbook.md']));
    expect(DOCS.flatMap((path) => avoidedIn(path, [read(path)]))).toEqual([]);
  });

  it('has three words nowhere, comments included', () => {
    const written = TRACKED.filter((path) =>
      /\.(?:ts|tsx|mts|mjs|css|html|json|ya?ml|md|sh)$|^\.ci\//.test(path),
    ).filter((path) => !['docs/words.md', 'docs/words.test.ts', 'package-lock.json'].includes(path));
    expect(written.flatMap((path) => avoidedIn(path, [read(path)], NOWHERE))).toEqual([]);
  });
});

describe('titles use the glossary', () => {
  it('in the navigation of the console', () => {
    const names = textsOf('apps/web/src/console/views.ts')
      .filter(({ name }) => name === 'name')
      .map(({ text }) => text);
    expect(names).toContain('Sessions');
    expect(names.filter((name) => !hasTerm(name))).toEqual([]);
  });

  it('on the panels of the desk', () => {
    const titles = panelTitles('apps/web/src/desk/');
    expect(titles).toContain('Scenes');
    expect(titles.filter((title) => !hasTerm(title))).toEqual([]);
  });

  it('of failure modes and headings of the runbook', () => {
    const titles = CATALOGUE.map(({ title }) => title);
    expect(titles.filter((title) => !hasTerm(title))).toEqual([]);
    const headings = [...read('docs/runbook.md').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(titles);
  });

  it('of causes', () => {
    const titles = CATALOGUE.flatMap((mode) => causesOf(mode).map(([, { title }]) => title));
    expect(titles.filter((title) => !hasTerm(title))).toEqual([]);
  });

  it('of the states of the delay', () => {
    const row = TERMS_PART.split('\n').find((line) => line.startsWith('| broadcast delay')) ?? '';
    const named = [...row.matchAll(/\*(\w+)\*/g)].map(([, state]) => state);
    expect(named.sort()).toEqual([...DELAY_STATE_NAMES].sort());
    for (const state of DELAY_STATE_NAMES) expect(DELAY_STATES[state].name.toLowerCase()).toBe(state);
  });
});
