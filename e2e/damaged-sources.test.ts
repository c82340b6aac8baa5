import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { freePort, okboxbox, run, stop, temporaryData, tokenOf } from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
beforeEach(() => {
  data = temporaryData();
});
afterEach(() => data.remove());

/** A recording of a race, gzipped, of which one byte is another. */
function damaged(): string {
  const path = join(data.dir, 'damaged.jsonl.gz');
  const packed = gzipSync(recording());
  const at = Math.floor(packed.length * 0.6);
  packed[at] = (packed[at] ?? 0) ^ 0x55;
  writeFileSync(path, packed);
  return path;
}

function recording(): string {
  const lines = [
    { kind: 'recording', version: 1, sim: 'test', source: 'test', createdAt: 1_764_000_000_000 },
    {
      kind: 'session',
      capturedAt: 1_764_000_000_000,
      simSessionKey: '1:0',
      type: 'race',
      track: { name: 'Testring' },
      classes: [],
      entries: Array.from({ length: 20 }, (_, car) => ({
        car,
        carNumber: String(car),
        driver: { name: `Driver ${car}` },
      })),
    },
    ...Array.from({ length: 2_000 }, (_, i) => ({
      kind: 'frame',
      seq: i + 1,
      capturedAt: 1_764_000_000_000 + i * 100,
      sessionTime: i / 10,
      state: 'racing',
      flags: ['green'],
      cars: Array.from({ length: 20 }, (_, car) => ({ car, pct: ((i * (40 + car)) % 30_011) / 30_011 })),
    })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** One error at the end, in one line that names the file. */
function expectOneError(exit: number | string, err: string, path: string): void {
  expect(exit).toBe(1);
  const errors = err.split('\n').filter((line) => line.startsWith('okboxbox: '));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/could not be unpacked|is not JSON|is not a record/);
  expect(errors[0]).toContain(path);
}

describe('a recording of which one byte is another', () => {
  it('is printed as far as it is good, and ends in one error: results', async () => {
    const path = damaged();
    const { exit, out, err } = await run(['results', `recording:${path}`]);
    expectOneError(exit, err, path);
    expect(out).toContain('Driver 19');
  });

  it('is written as far as it is good, and ends in one error: record', async () => {
    const path = damaged();
    const copy = join(data.dir, 'copy.jsonl.gz');
    const { exit, err } = await run(['record', '--source', `recording:${path}`, '-o', copy]);
    expectOneError(exit, err, path);
    const frames = gunzipSync(readFileSync(copy))
      .toString()
      .match(/"kind":"frame"/g);
    expect(frames?.length).toBeGreaterThan(500);
    expect(frames?.length).toBeLessThan(2_000);
    expect((await run(['results', `recording:${copy}`])).exit).toBe(0);
  });

  it('is fed as far as it is good, and ends in one error: replay', async () => {
    const path = damaged();
    const port = await freePort();
    const server = okboxbox(['server', '--port', String(port), '--data', data.dir], { LOG_LEVEL: 'warn' });
    await eventually(() => expect(server.stderr()).toContain('serves'));
    const { exit, err } = await run(['replay', path, '--speed', 'max'], {
      RELAY_BACKENDS: `http://127.0.0.1:${port}`,
      RELAY_TOKEN: await tokenOf(data.dir, 'relay', '--show', 'local'),
    });
    expectOneError(exit, err, path);
    await stop(server);
  });

  it('is fed as far as it is good, and that is said: up', async () => {
    const path = damaged();
    const port = await freePort();
    const up = okboxbox(
      ['up', '--source', `recording:${path}`, '--speed', 'max', '--port', String(port), '--data', data.dir],
      { LOG_LEVEL: 'warn' },
    );
    await eventually(() => expect(up.stderr()).toContain('The relay ended (exit 1)'));
    expect(up.stderr()).toMatch(/okboxbox: .*damaged\.jsonl\.gz: line \d+ /);
    expect(await stop(up)).toBe(0);
  });

  it('is refused in one line where it is empty', async () => {
    const path = damaged();
    truncateSync(path, 0);
    const { exit, err } = await run(['results', `recording:${path}`]);
    expect(exit).toBe(1);
    expect(err.trim().split('\n')).toEqual([expect.stringContaining('is not a recording: it is empty')]);
  });
});
