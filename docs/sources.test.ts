import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generatedFiles } from '../packages/sims/src/sources-table.js';

const ROOT = join(import.meta.dirname, '..');

it.each(Object.entries(generatedFiles()))(
  '%s lists the sources as they are defined: else run "npm run generate"',
  (path, text) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
  },
);
