import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../apps/web/dist', import.meta.url));
/** All the script of an overlay, gzipped (docs/architecture.md). */
const BUDGET_BYTES = 60_000;

const read = (file: string) => readFileSync(join(DIST, file), 'utf8');

/** Scripts that a document loads, and those that they load. */
function scriptsOf(document: string): Map<string, string> {
  const found = new Map<string, string>();
  const take = (file: string) => {
    if (found.has(file)) return;
    const script = read(file);
    found.set(file, script);
    for (const [, name] of script.matchAll(/["'`]\.\/([\w.-]+\.js)["'`]/g)) take(`assets/${name}`);
  };
  for (const [, file] of read(document).matchAll(/(?:src|href)="\/(assets\/[\w.-]+\.js)"/g)) take(file ?? '');
  return found;
}

it('an overlay loads no more than 60 KB of script, and none of the libraries of the pages', () => {
  const scripts = scriptsOf('overlay.html');
  const weight = [...scripts.values()].reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(scripts.size).toBeGreaterThan(0);
  expect(weight).toBeLessThanOrEqual(BUDGET_BYTES);
  // What each library cannot be without: its own marks in any build of it.
  for (const mark of ['react.transitional.element', 'ZodError', 'tanstack', 'QueryClient']) {
    for (const [file, script] of scripts) expect(script.includes(mark), `${mark} in ${file}`).toBe(false);
  }
});
