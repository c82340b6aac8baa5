import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { OVERLAY_KINDS } from '../packages/protocol/src/index.js';

const DIST = fileURLToPath(new URL('../apps/web/dist', import.meta.url));
/** All the script of an overlay, gzipped (docs/architecture.md). */
const BUDGET_BYTES = 60_000;

const read = (file: string) => readFileSync(join(DIST, file), 'utf8');
const loadedBy = (document: string) =>
  [...read(document).matchAll(/(?:src|href)="\/(assets\/[\w.-]+\.js)"/g)].map(([, file]) => file ?? '');

/** Scripts with all that they import, by their files. */
function scriptsFrom(files: readonly string[], found = new Map<string, string>()): Map<string, string> {
  for (const file of files) {
    if (found.has(file)) continue;
    const script = read(file);
    found.set(file, script);
    const imported = script.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g);
    scriptsFrom(
      [...imported].map(([, name]) => `assets/${name}`),
      found,
    );
  }
  return found;
}

/** The page of all overlays, and the script of each that it loads. */
const page = scriptsFrom(loadedBy('overlay.html'));
const ofKind = new Map(
  [...page.values()].flatMap((script) =>
    [...script.matchAll(/\.\/([\w-]+)\/overlay\.ts["'`].*?import\(["'`]\.\/([\w.-]+\.js)["'`]\)/g)].map(
      ([, kind, file]) => [kind, `assets/${file}`] as const,
    ),
  ),
);

/**
 * What no build of a library is without: texts of it that stay when its names are made short. `ZodType` names the class that
 * every schema of the full zod has; the small form, which overlays may use, calls its own `ZodMiniType`.
 */
const LIBRARIES = {
  React: /react\.transitional\.element/,
  'full zod': /["'`]ZodType["'`]/,
  TanStack: /tanstack/,
  'the query client': /QueryClient/,
};

it.each(Object.entries(LIBRARIES))('%s is found in the pages by its mark', (_, mark) => {
  const ofPages = readdirSync(join(DIST, 'assets')).filter((file) => file.endsWith('.js'));
  expect(ofPages.some((file) => mark.test(read(`assets/${file}`)))).toBe(true);
});

it.each(OVERLAY_KINDS)('%s loads no more than 60 KB of script, and none of the libraries of the pages', (kind) => {
  const scripts = scriptsFrom([ofKind.get(kind) ?? 'the page loads no such overlay'], new Map(page));
  for (const [library, mark] of Object.entries(LIBRARIES)) {
    for (const [file, script] of scripts) expect(mark.test(script), `${library} in ${file}`).toBe(false);
  }
  const weight = [...scripts.values()].reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(weight).toBeGreaterThan(20_000);
  expect(weight).toBeLessThanOrEqual(BUDGET_BYTES);
});
