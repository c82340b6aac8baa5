import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { placeOf } from './place-of.js';
import { RaceOrder } from './race-order.js';
import { type Damage, readTimeline } from './read-timeline.js';
import { type Lsn, MAGIC, type TimelineRecord } from './segment-format.js';
import { knownPlace } from './segment-index.js';
import { Timeline } from './timeline.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'places-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const SEGMENT = '000001.seg';
const INDEX = '000001.index';

/** A record that says which one it is, by the instant that it was received at. */
function numbered(n: number, size = 40): TimelineRecord {
  if (n % 5 === 0) return { type: 'note', note: { note: 'probe', probeId: 'p'.repeat(size), at: n } };
  return { type: 'captured', stream: 0, receivedAt: n, bytes: Buffer.alloc(size, n) };
}
const nOf = (record: TimelineRecord) => (record.type === 'note' ? record.note.at : record.receivedAt);

/** Writes records, with a mark behind each of some; closes it and opens it again behind others. */
async function written(count: number, { marks = [] as number[], pauses = [] as number[], size = 40 } = {}) {
  let timeline = await Timeline.open(dir, () => 0);
  for (let n = timeline.appended + 1; n <= count; n++) {
    timeline.append(numbered(n, size));
    if (marks.includes(n)) expect(await timeline.mark()).toBe(n);
    if (!pauses.includes(n)) continue;
    await timeline.close();
    timeline = await Timeline.open(dir, () => 0);
    expect(timeline.appended).toBe(n);
  }
  await timeline.close();
}

/** What is read behind a record: which each one is, and the number that it has. */
async function readBehind(lsn: Lsn): Promise<{ records: [n: number, lsn: Lsn][]; damage: Damage[] }> {
  const records: [number, Lsn][] = [];
  const damage: Damage[] = [];
  const from = await placeOf(dir, lsn);
  for await (const { record, end } of readTimeline(dir, {
    repair: false,
    onDamage: (each) => damage.push(each),
    from,
  })) {
    records.push([nOf(record), end.lsn]);
  }
  return { records, damage };
}

it('a record keeps its number and is found by it, even where other records are damaged or the index is wrong', async () => {
  const all = Array.from({ length: 60 }, (_, i) => i + 1);
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(all),
      fc.subarray(all, { maxLength: 3 }),
      fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), bytes: fc.nat(400) }),
      fc.constantFrom('as it is', 'absent', 'garbage', 'of another segment'),
      fc.integer({ min: 0, max: 60 }),
      async (marks, pauses, hurt, index, from) => {
        rmSync(dir, { recursive: true, force: true });
        await written(60, { marks, pauses });
        const whole = readFileSync(join(dir, SEGMENT));
        const at = MAGIC.length + Math.floor(hurt.at * (whole.length - MAGIC.length));
        const damaged = Buffer.from(whole).fill(0, at, Math.min(whole.length, at + hurt.bytes));
        writeFileSync(join(dir, SEGMENT), damaged);
        if (index === 'absent') rmSync(join(dir, INDEX), { force: true });
        if (index === 'garbage') writeFileSync(join(dir, INDEX), Buffer.alloc(121, 7));
        if (index === 'of another segment') {
          const entry = Buffer.alloc(12);
          entry.writeUIntLE(from, 0, 6);
          entry.writeUIntLE(Math.floor(whole.length / 2), 6, 6);
          writeFileSync(join(dir, INDEX), entry);
        }
        const survived: number[] = [];
        let begin = MAGIC.length;
        for (const n of all) {
          const end = begin + 8 + whole.readUInt32LE(begin);
          if (damaged.subarray(begin, end).equals(whole.subarray(begin, end))) survived.push(n);
          begin = end;
        }
        const { records } = await readBehind(from);
        expect(records).toEqual(survived.filter((n) => n > from).map((n) => [n, n]));
      },
    ),
    { numRuns: 150 },
  );
});

it('what is appended behind a cut end has the next numbers, and is found where the index was of before', async () => {
  await written(20, { marks: [10, 18, 20] });
  const { offset } = await placeOf(dir, 16);
  truncateSync(join(dir, SEGMENT), offset + 9);
  for await (const _ of readTimeline(dir, { repair: true, onDamage: () => undefined }));
  await written(40, { marks: [30] });
  for (const from of [0, 9, 10, 16, 18, 20, 30, 39]) {
    expect((await readBehind(from)).records).toEqual(
      Array.from({ length: 40 - from }, (_, i) => [from + i + 1, from + i + 1]),
    );
  }
});

it('of a marked place nothing before it is read, and of any other one no more than about a megabyte', async () => {
  // Reaches the disk in groups of 50 records, 1.5 MB.
  await written(400, { marks: [310], size: 30_000, pauses: [50, 100, 150, 200, 250, 300, 350] });
  expect(await knownPlace(dir, 1, 310)).toMatchObject({ lsn: 310 });
  expect(await knownPlace(dir, 1, 220)).toMatchObject({ lsn: 200 });
  expect((await placeOf(dir, 220)).lsn).toBe(220);
});

it('goes on behind a record in the next segment', async () => {
  await written(12, { size: 7 * 1024 * 1024, pauses: Array.from({ length: 12 }, (_, i) => i + 1) });
  expect(readdirSync(dir).filter((name) => name.endsWith('.seg'))).toHaveLength(2);
  for (const from of [8, 9, 10, 11]) {
    expect((await readBehind(from)).records.map(([n]) => n)).toEqual(
      Array.from({ length: 12 - from }, (_, i) => from + 1 + i),
    );
  }
});

/** A record as versions up to 0.2 wrote it. */
function oldRecord(n: number): Buffer {
  const note = Buffer.concat([Buffer.of(2), Buffer.from(JSON.stringify({ note: 'probe', probeId: 'p', at: n }))]);
  const captured = Buffer.alloc(12 + 30, n);
  captured.writeUInt16LE(1, 0);
  captured.writeUInt16LE(0, 2);
  captured.writeDoubleLE(n, 4);
  const payload = n % 5 === 0 ? note : captured;
  const framing = Buffer.alloc(8);
  framing.writeUInt32LE(payload.length, 0);
  framing.writeUInt32LE(crc32(payload), 4);
  return Buffer.concat([framing, payload]);
}

it('records of before they had numbers count from the first one, and those appended to them go on', async () => {
  writeFileSync(join(dir, SEGMENT), Buffer.concat([MAGIC, ...Array.from({ length: 12 }, (_, i) => oldRecord(i + 1))]));
  await written(30, { marks: [20] });
  for (const from of [0, 4, 5, 11, 12, 13, 20, 29]) {
    expect((await readBehind(from)).records).toEqual(
      Array.from({ length: 30 - from }, (_, i) => [from + i + 1, from + i + 1]),
    );
  }
});

it('an end before what is known to have been written is damage, and its numbers are not used again', async () => {
  await written(10);
  const damage: Damage[] = [];
  const order = new RaceOrder(dir);
  const records = order.read({ openGaps: 'late', repair: true, onDamage: (each) => damage.push(each), from: 14 });
  expect(await records.next()).toEqual({ done: true, value: 14 });
  expect(damage).toEqual([
    expect.objectContaining({ segment: SEGMENT, because: 'it ends before what was written to it' }),
  ]);
  const timeline = await Timeline.open(dir, () => 0, order.end);
  timeline.append(numbered(15));
  await timeline.close();
  expect((await readBehind(14)).records).toEqual([[15, 15]]);
  expect((await readBehind(9)).records).toEqual([
    [10, 10],
    [15, 15],
  ]);
});
