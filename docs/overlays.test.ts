import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookCss } from '../apps/web/src/overlays/look-css.js';
import { generatedFiles } from '../apps/web/src/overlays/options-page.js';
import { lookSet, THEMES } from '../packages/protocol/src/index.js';

const ROOT = join(import.meta.dirname, '..');

it.each(Object.entries(generatedFiles()))(
  '%s lists the overlays and their options as they are defined: else run "npm run generate"',
  (path, text) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
  },
);

const PAGE = readFileSync(join(ROOT, 'docs/overlays.md'), 'utf8');

it('every custom property that the page names is one that overlays read, and all of those are named', () => {
  const named = new Set(PAGE.match(/--okb-[\w-]+/g));
  const read = new Set(lookCss(THEMES.board).match(/--okb-[\w-]+/g));
  expect([...named].sort()).toEqual([...read].sort());
});

it('the look in the example can be set', () => {
  const [, body = ''] = /'(\{"look":.*\})'/.exec(PAGE) ?? [];
  expect(lookSet.safeParse({ show: 'local', ...JSON.parse(body) }).error?.issues).toBeUndefined();
});
