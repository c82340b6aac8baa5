import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('./frame-path.md', import.meta.url), 'utf8');
const files = [...text.matchAll(/`((?:packages|apps)\/[^`]+)`/g)].map((match) => match[1] as string);

it('the path of a frame names files of every room it passes', () => {
  expect(files.length).toBeGreaterThanOrEqual(10);
  for (const room of ['packages/sims', 'apps/relay', 'apps/server', 'packages/timing', 'apps/web']) {
    expect(files.some((file) => file.startsWith(room))).toBe(true);
  }
});

it.each(files)('%s exists', (file) => {
  expect(existsSync(new URL(`../${file}`, import.meta.url))).toBe(true);
});
