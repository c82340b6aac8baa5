import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirError } from './data-files.js';
import { DATA_FORMAT, openDataFormat } from './data-format.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'data-format-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = () => JSON.parse(readFileSync(join(dir, 'format.json'), 'utf8'));

describe('the format of a data directory', () => {
  it('is noted in a new directory, and in one that 0.1 has written', async () => {
    await openDataFormat(dir, '0.2.0');
    expect(note()).toEqual({ format: DATA_FORMAT, writtenBy: '0.2.0' });
  });

  it('names the newest version that has used the directory', async () => {
    await openDataFormat(dir, '0.2.0');
    await openDataFormat(dir, '0.2.1');
    expect(note().writtenBy).toBe('0.2.1');
  });

  it('keeps an older program out, in one line that names both versions and the way out', async () => {
    const newer = JSON.stringify({ format: DATA_FORMAT + 1, writtenBy: '0.9.0' });
    writeFileSync(join(dir, 'format.json'), newer);
    const refusal = await openDataFormat(dir, '0.2.0').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataDirError);
    const { message } = refusal as DataDirError;
    expect(message).toMatch(/written by Ok, Box Box 0\.9\.0, and this is 0\.2\.0/);
    expect(message).toMatch(/Start the newer version, or name another folder/);
    expect(message).not.toContain('\n');
    expect(readFileSync(join(dir, 'format.json'), 'utf8')).toBe(newer);
  });

  it.each(['', '{"format":', '{"format":"two"}', '[]'])('refuses a note that cannot be read: %j', async (content) => {
    writeFileSync(join(dir, 'format.json'), content);
    await expect(openDataFormat(dir, '0.2.0')).rejects.toThrow(
      /format\.json cannot be used: .*Remove it if no version newer/,
    );
  });
});
