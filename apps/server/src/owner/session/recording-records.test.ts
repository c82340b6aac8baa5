import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Timeline } from '../timeline/timeline.js';
import { recordsOf } from './recording-records.js';

let dir: string;
let timeline: Timeline;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'recording-'));
  timeline = await Timeline.open(dir, () => 0);
  for (let seq = 1; seq <= 3; seq++) append(seq);
  await timeline.synced();
});
afterEach(async () => {
  await timeline.close();
  rmSync(dir, { recursive: true });
});

function append(seq: number): void {
  const frame = {
    kind: 'frame',
    seq,
    capturedAt: seq,
    sessionTime: seq,
    state: 'racing',
    flags: [],
    cars: [],
  } as const;
  const bytes = encodeRecord({ ...frame, flags: [], cars: [], remaining: { timeS: null, laps: null } }, seq);
  timeline.append({ type: 'captured', stream: 0, receivedAt: seq, bytes });
}
/** How often files of the timeline are open in this process; the timeline itself has one. */
const open = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(dir);
    } catch {
      return false;
    }
  }).length;

describe('the records of a session', () => {
  it('are given in order', async () => {
    const seqs: unknown[] = [];
    for await (const record of recordsOf(dir, { ownCars: new Set() })) seqs.push('seq' in record && record.seq);
    expect(seqs).toEqual([1, 2, 3]);
  });

  it.skipIf(process.platform !== 'linux')('leave no file open where the reader stops', async () => {
    const before = open();
    const records = recordsOf(dir, { ownCars: new Set() });
    await records.next();
    expect(open()).toBe(before + 1);
    await records.return(undefined);
    expect(open()).toBe(before);
  });

  it('of one that runs go on as they come, until nobody wants them', async () => {
    const live = { state: { status: { status: 'live' } } } as never;
    const gone = new AbortController();
    const records = recordsOf(dir, { ownCars: new Set(), live, signal: gone.signal });
    for (let seq = 1; seq <= 3; seq++) expect((await records.next()).value).toMatchObject({ seq });
    const fourth = records.next();
    append(4);
    expect((await fourth).value).toMatchObject({ seq: 4 });
    const fifth = records.next();
    gone.abort();
    expect(await fifth).toEqual({ done: true, value: undefined });
  });
});
