import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../apps/web/dist', import.meta.url));

/** A built file, as Vite's manifest lists it: https://vite.dev/guide/backend-integration */
interface Built {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}
const manifest = JSON.parse(readFileSync(join(DIST, '.vite', 'manifest.json'), 'utf8')) as Record<string, Built>;

/** The files that a page loads: those of the document, those of the page, and all that these import. */
function filesOf(page: string): { readonly scripts: Set<string>; readonly styles: Set<string> } {
  const scripts = new Set<string>();
  const styles = new Set<string>();
  const take = (name: string) => {
    const built = manifest[name];
    if (built === undefined) throw new Error(`${name} is not in the manifest`);
    if (scripts.has(built.file)) return;
    scripts.add(built.file);
    for (const style of built.css ?? []) styles.add(style);
    for (const imported of built.imports ?? []) take(imported);
  };
  take('index.html');
  take(page);
  return { scripts, styles };
}

const textOf = (files: Set<string>) => [...files].map((file) => readFileSync(join(DIST, file), 'utf8')).join('\n');
const weightOf = (files: Set<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0);

/** A class that only the styles of this part have. */
const MARKS = {
  live: '.strip-clock',
  sessions: '.session-row',
  desk: '.desk-columns',
  console: '.ops-nav',
  gallery: '.gallery',
} as const;

describe('a page loads its own styles and no others', () => {
  it.each([
    ['src/screens/sessions/session-list.tsx', ['sessions']],
    ['src/screens/live/live-page.tsx', ['live']],
    ['src/screens/live/public-page.tsx', ['live']],
    ['src/desk/director-page.tsx', ['desk']],
    ['src/console/console.tsx', ['console']],
  ] as const)('%s', (page, own) => {
    const css = textOf(filesOf(page).styles);
    const found = Object.entries(MARKS).flatMap(([part, mark]) => (css.includes(mark) ? [part] : []));
    expect(found).toEqual(own);
  });

  it('the live page weighs no more than 8 KB of styles and 200 KB of script, gzipped', () => {
    const { scripts, styles } = filesOf('src/screens/live/live-page.tsx');
    expect(weightOf(styles)).toBeLessThanOrEqual(8_000);
    expect(weightOf(scripts)).toBeLessThanOrEqual(200_000);
  });
});
