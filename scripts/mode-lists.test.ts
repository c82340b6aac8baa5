import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modeLists } from './mode-lists.mjs';

describe('the list of failure modes, and that of their drills', () => {
  it.each(Object.entries(modeLists()))('has every folder that there is: %s', (path, text) => {
    expect(readFileSync(join(import.meta.dirname, '..', path), 'utf8'), 'Run `npm run generate`.').toBe(text);
  });
});
