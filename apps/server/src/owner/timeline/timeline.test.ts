import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { placeOf } from './place-of.js';
import { type Damage, readTimeline } from './read-timeline.js';
import type { Lsn, TimelineRecord } from './segment-format.js';
import { Timeline } from './timeline.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'timeline-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const SEGMENT = '000001.seg';

function captured(seq: number, size = 40): TimelineRecord {
  return { type: 'captured', stream: 0, receivedAt: 1_000 + seq, bytes: Buffer.alloc(size, seq) };
}

async function written(records: readonly TimelineRecord[]): Promise<void> {
  const timeline = await Timeline.open(dir, () => 0);
  for (const record of records) timeline.append(record);
  await timeline.synced();
  await timeline.close();
}

const isSame = (a: TimelineRecord, b: TimelineRecord) =>
  a.type === 'captured' && b.type === 'captured' && Buffer.compare(a.bytes, b.bytes) === 0;

async function read(repair = false, from: Lsn = 0): Promise<{ records: TimelineRecord[]; damage: Damage[] }> {
  const records: TimelineRecord[] = [];
  const damage: Damage[] = [];
  for await (const { record } of readTimeline(dir, {
    repair,
    onDamage: (found) => damage.push(found),
    from: await placeOf(dir, from),
  })) {
    // Views into the reader's chunk, so copied to be compared.
    records.push(record.type === 'captured' ? { ...record, bytes: Buffer.from(record.bytes) } : record);
  }
  return { records, damage };
}

describe('a timeline', () => {
  it('gives back what was appended, in order, after it is closed and opened again', async () => {
    await written([{ type: 'note', note: { note: 'ended', reason: 'x', at: 5 } }, captured(1)]);
    await written([captured(2), captured(3)]);
    const { records, damage } = await read();
    expect(damage).toEqual([]);
    expect(records).toEqual([
      { type: 'note', note: { note: 'ended', reason: 'x', at: 5 } },
      captured(1),
      captured(2),
      captured(3),
    ]);
  });

  it('has on disk what was appended before synced() was called, once that resolves', async () => {
    const timeline = await Timeline.open(dir, () => 0);
    timeline.append(captured(1));
    const first = timeline.synced();
    timeline.append(captured(2));
    await first;
    expect((await read()).records[0]).toEqual(captured(1));
    await timeline.close();
  });

  it('writes what waits when it is closed', async () => {
    const timeline = await Timeline.open(dir, () => 0);
    for (let seq = 1; seq <= 500; seq++) timeline.append(captured(seq % 250));
    await timeline.close();
    expect((await read()).records).toHaveLength(500);
  });

  it('begins another segment when one is full, and reads them as one', async () => {
    const big = 7 * 1024 * 1024;
    for (let seq = 1; seq <= 11; seq++) await written([captured(seq, big)]);
    expect(statSync(join(dir, '000002.seg')).size).toBeGreaterThan(0);
    expect((await read()).records.map((record) => record.type === 'captured' && record.bytes[0])).toEqual(
      Array.from({ length: 11 }, (_, i) => i + 1),
    );
  });

  it('cut off at any byte, gives every whole record, reports the rest, and is appended to cleanly', async () => {
    await written([captured(1), captured(2), captured(3)]);
    const whole = readFileSync(join(dir, SEGMENT));
    const recordBytes = (whole.length - 8) / 3;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
        writeFileSync(join(dir, SEGMENT), whole);
        truncateSync(join(dir, SEGMENT), length);
        const good = Math.max(0, Math.floor((length - 8) / recordBytes));
        const { records, damage } = await read(true);
        expect(records).toEqual([captured(1), captured(2), captured(3)].slice(0, good));
        const cutInside = length < 8 || (length - 8) % recordBytes !== 0;
        expect(damage).toHaveLength(cutInside ? 1 : 0);
        await written([captured(9)]);
        expect((await read()).records.at(-1)).toEqual(captured(9));
        expect((await read()).damage).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('with any byte changed, never gives a record that was not written', async () => {
    await written([captured(1), captured(2), captured(3)]);
    const whole = readFileSync(join(dir, SEGMENT));
    const originals = [captured(1), captured(2), captured(3)];
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        writeFileSync(join(dir, SEGMENT), damaged);
        const { records, damage } = await read();
        expect(damage.length).toBeGreaterThanOrEqual(1);
        const kept = originals.filter((original) => records.some((record) => isSame(record, original)));
        expect(records).toEqual(kept);
      }),
      { numRuns: 100 },
    );
  });

  it('damaged in the middle, gives what is before and behind, and cuts nothing off', async () => {
    await written([captured(1), captured(2), captured(3)]);
    const whole = readFileSync(join(dir, SEGMENT));
    whole[Math.floor(whole.length / 2)] = 0xff;
    writeFileSync(join(dir, SEGMENT), whole);
    const { records, damage } = await read(true);
    expect(records).toEqual([captured(1), captured(3)]);
    expect(damage).toEqual([expect.objectContaining({ because: 'a wrong checksum' })]);
    expect(statSync(join(dir, SEGMENT)).size).toBe(whole.length);
  });

  it('with any stretch of it overwritten, gives every other record, and cuts off none when it is opened again', async () => {
    const all = Array.from({ length: 40 }, (_, i) => captured(i + 1, 20 + 7 * (i % 5)));
    await written(all);
    const whole = readFileSync(join(dir, SEGMENT));
    const ends = [8];
    for (let at = 8; at < whole.length; ends.push(at)) at += 8 + whole.readUInt32LE(at);
    const fill = fc.oneof(fc.constant(0), fc.constant(0xff), fc.constant(0x01), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 900 }), fill, async (at, bytes, value) => {
        const damaged = Buffer.from(whole);
        const to = Math.min(whole.length, at + bytes);
        damaged.fill(value, at, to);
        writeFileSync(join(dir, SEGMENT), damaged);
        const isHurt = (i: number) =>
          !damaged.subarray(ends[i], ends[i + 1]).equals(whole.subarray(ends[i], ends[i + 1]));
        const unhurt = all.filter((_, i) => !isHurt(i));
        const { records, damage } = await read(true);
        expect(records).toEqual(unhurt);
        expect(damage).toHaveLength(damaged.equals(whole) ? 0 : 1);
        await written([captured(99)]);
        expect((await read()).records).toEqual([...unhurt, captured(99)]);
      }),
      { numRuns: 150 },
    );
  });

  it('is read from a mark on, wherever appending was when the mark was made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.nat(30), fc.nat(30), fc.boolean(), async (before, between, behind, wait) => {
        rmSync(dir, { recursive: true });
        const timeline = await Timeline.open(dir, () => 0);
        const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => captured(from + i));
        for (const record of numbers(1, before)) timeline.append(record);
        if (wait) await timeline.synced();
        for (const record of numbers(before + 1, between)) timeline.append(record);
        const mark = timeline.mark();
        for (const record of numbers(before + between + 1, behind)) timeline.append(record);
        const from = await mark;
        await timeline.synced();
        await timeline.close();
        const { records } = await read(false, from);
        expect(records).toEqual(numbers(before + between + 1, behind));
      }),
      { numRuns: 40 },
    );
  });

  it('reports how much is lost behind damage, and where', async () => {
    await written([captured(1)]);
    const end = statSync(join(dir, SEGMENT)).size;
    appendFileSync(join(dir, SEGMENT), Buffer.from('half a rec'));
    const { damage } = await read(true);
    expect(damage).toEqual([expect.objectContaining({ segment: SEGMENT, at: end, lostBytes: 10 })]);
    expect(statSync(join(dir, SEGMENT)).size).toBe(end);
  });

  it('says that the disk fails, keeps what waits, and heals when the disk does', async () => {
    rmSync(dir, { recursive: true });
    const timeline = await Timeline.open(dir, () => 77);
    rmSync(dir, { recursive: true });
    timeline.append(captured(1));
    const synced = timeline.synced();
    await eventually(() => expect(timeline.health.state).toBe('failing'));
    expect(timeline.health).toMatchObject({ since: 77, because: expect.stringContaining('ENOENT') });
    (await import('node:fs')).mkdirSync(dir);
    await synced;
    expect(timeline.health).toEqual({ state: 'ok' });
    await timeline.close();
    expect((await read()).records).toEqual([captured(1)]);
  });
});
