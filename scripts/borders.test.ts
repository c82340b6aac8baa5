import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { BORDERS, type Border, bordersFile } from './borders.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const dir = mkdtempSync(join(tmpdir(), 'borders-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** An import that a pattern forbids, or, for an exception, one that it allows. */
function specifierOf(pattern: string): string {
  if (pattern === '@okboxbox/*') return '@okboxbox/drills';
  if (pattern === 'node:*') return 'node:fs';
  return pattern.replace('**/', '../../').replace('../*/', '../another/').replace('**', 'file.js');
}

/** Whether a folder is part of the code: a package that was moved leaves its build behind. */
function hasCode(parent: string, name: string): boolean {
  return parent.includes('/') || existsSync(join(ROOT, parent, name, 'package.json'));
}

/** A file that a border holds for. */
function fileIn(border: Border, name: string): string {
  return border.in.endsWith('*.ts') ? border.in.replace('*', name) : `${border.in.replace('*', 'some')}/${name}.ts`;
}

/** Lints files with these imports, all in one run, and gives what is said of each. */
function lint(files: ReadonlyMap<string, string>): Map<string, string[]> {
  copyFileSync(join(ROOT, 'biome.borders.json'), join(dir, 'biome.json'));
  for (const [path, specifier] of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), `import { something } from '${specifier}';\n\nexport const used = something;\n`);
  }
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--only=style/noRestrictedImports', '.'];
  let json: string;
  try {
    json = execFileSync(process.execPath, [biome, ...args], { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    json = (error as { stdout: string }).stdout;
  }
  const said = new Map<string, string[]>();
  for (const { location, message } of JSON.parse(json).diagnostics) {
    const path = typeof location.path === 'string' ? location.path : location.path.file;
    said.set(path, [...(said.get(path) ?? []), JSON.stringify(message)]);
  }
  return said;
}

const forbidden = BORDERS.flatMap((border, i) =>
  border.not
    .filter((not) => !not.startsWith('!'))
    .map((not, n) => ({ border, not, path: fileIn(border, `bad${i}n${n}`) })),
);
const allowed = BORDERS.flatMap((border, i) =>
  border.not
    .filter((not) => not.startsWith('!'))
    .map((not, n) => ({ not: not.slice(1), path: fileIn(border, `good${i}n${n}`) })),
);
const exempt = BORDERS.flatMap((border, i) =>
  (border.except ?? []).flatMap((pattern) =>
    border.not.slice(0, 1).map((not) => ({ border, not, path: pattern.replace('**', `exempt${i}.ts`) })),
  ),
);

describe('the borders', () => {
  it('are those of the table: else run "npm run generate"', () => {
    expect(readFileSync(join(ROOT, 'biome.borders.json'), 'utf8')).toBe(bordersFile());
    expect(JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')).extends).toContain('./biome.borders.json');
  });

  it('are each reported with their own message, and nothing that is allowed is', { timeout: 60_000 }, () => {
    const files = [...forbidden, ...allowed, ...exempt].map(({ path, not }): [string, string] => [
      path,
      specifierOf(not),
    ]);
    const said = lint(new Map(files));
    const isSaid = ({ path, border }: (typeof forbidden)[number]) =>
      said.get(path)?.some((message) => message.includes(JSON.stringify(border.because).slice(1, -1))) ?? false;
    expect(forbidden.filter((each) => !isSaid(each))).toEqual([]);
    expect(exempt.filter(isSaid)).toEqual([]);
    expect(allowed.filter(({ path }) => said.has(path))).toEqual([]);
  });

  it.each(['packages', 'apps', 'apps/server/src', 'apps/server/src/owner', 'apps/server/src/edge'])(
    'are drawn around every folder of %s',
    (parent) => {
      const folders = readdirSync(join(ROOT, parent), { withFileTypes: true }).filter((each) => each.isDirectory());
      // Tests of the server use all of it.
      const names = folders.map(({ name }) => name).filter((name) => name !== 'testing' && hasCode(parent, name));
      const places = BORDERS.map((border) => border.in);
      const open = names.filter((name) => !places.some((place) => `${place}/`.startsWith(`${parent}/${name}/`)));
      expect(open).toEqual([]);
    },
  );
});
