import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const dir = mkdtempSync(join(tmpdir(), 'cycles-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Files below some folders with an import that leads back to them. Imports of types count for nothing: they are erased. */
function filesInCycles(cwd: string, folders: readonly string[]): string[] {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--only=suspicious/noImportCycles', ...folders];
  const json = execFileSync(process.execPath, [biome, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
  const { diagnostics, summary } = JSON.parse(json);
  expect(summary.unchanged).toBeGreaterThan(1);
  const paths: string[] = diagnostics.map(({ location }: { location: { path: string | { file: string } } }) =>
    typeof location.path === 'string' ? location.path : location.path.file,
  );
  return [...new Set(paths)].sort();
}

function write(name: string, text: string): void {
  mkdirSync(join(dir, 'src'), { recursive: true });
  writeFileSync(join(dir, 'src', name), text);
}

describe('imports', () => {
  it('lead back to no file, in no package and no app', { timeout: 120_000 }, () => {
    expect(filesInCycles(ROOT, ['packages', 'apps', 'drills'])).toEqual([]);
  });

  it('that do are found, over several files and where only some are of types', { timeout: 60_000 }, () => {
    writeFileSync(join(dir, 'biome.json'), '{}');
    write('a.ts', "import { b } from './b.js';\n\nexport const a = () => b;\n");
    write('b.ts', "import { c } from './c.js';\n\nexport const b = () => c;\n");
    write('c.ts', "import { type A, a } from './a.js';\n\nexport const c = (): A => a;\n");
    write('types.ts', "import type { U } from './values.js';\n\nexport type T = U;\nexport const t = 1;\n");
    write('values.ts', "import { t } from './types.js';\n\nexport type U = typeof t;\n");
    expect(filesInCycles(dir, ['src'])).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts']);
  });
});
