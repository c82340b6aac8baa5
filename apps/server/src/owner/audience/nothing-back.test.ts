import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAired, writeAired } from './aired-file.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'aired-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the note of how far a picture has come', () => {
  it('gives back what was noted last, and always takes the same room', async () => {
    expect(await readAired(dir, 'graphics')).toBeNull();
    for (const at of [900, 1_790_000_000_000.4]) {
      await writeAired(dir, 'graphics', at);
      expect(await readAired(dir, 'graphics')).toBe(Math.floor(at));
      expect(statSync(join(dir, 'aired')).size).toBe(16);
    }
  });

  it('says nothing where it is damaged', async () => {
    for (const text of ['', 'garbage', '12 34']) {
      writeFileSync(join(dir, 'aired'), text);
      expect(await readAired(dir, 'graphics')).toBeNull();
    }
    expect(readFileSync(join(dir, 'aired'), 'utf8')).toBe('12 34');
  });
});
