import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frameRecord, MAGIC } from '../timeline/segment-format.js';
import { DamagedSessions } from './damaged-sessions.js';
import { TimelineChecks } from './timeline-checks.js';

const log = pino({ level: 'silent' });
const ID = 'sess_one';
let dir: string;
let damaged: DamagedSessions;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'checks-'));
  mkdirSync(join(dir, ID));
  damaged = new DamagedSessions(dir, () => 5_000, log);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const probe = (at: number) => frameRecord({ type: 'note', note: { note: 'probe', probeId: 'p', at } }, at);
const pathOf = (name: string) => join(dir, ID, name);
const write = (name: string, ...parts: Buffer[]) => writeFileSync(pathOf(name), Buffer.concat([MAGIC, ...parts]));
async function check(): Promise<void> {
  const checks = new TimelineChecks(dir, damaged, log);
  checks.add(ID);
  await checks.idle();
}

describe('a check of a timeline', () => {
  it('finds nothing in one that is whole, or whose newest write a crash cut short', async () => {
    write('000001.seg', probe(1), probe(2));
    write('000002.seg', probe(3), probe(4).subarray(0, 20));
    await check();
    expect(damaged.losses).toEqual([]);
  });

  it.each([
    ['is a folder', () => mkdirSync(pathOf('000001.seg')), /folder|EISDIR/],
    ['is missing', () => undefined, /it is missing/],
  ])('goes on behind a segment that %s, and counts it once', async (_what, damage, because) => {
    damage();
    write('000002.seg', probe(3), Buffer.alloc(50, 'x'), probe(9));
    await check();
    const { loss } = damaged.losses[0] ?? {};
    expect(loss).toMatchObject({ places: 2, bytes: 50, file: '000001.seg', because: expect.stringMatching(because) });
    await check();
    expect(damaged.lossOf(ID)).toEqual(loss);
  });

  it('counts megabytes of garbage as one place, and what is accepted not again after a restart', async () => {
    write('000001.seg', probe(1), Buffer.alloc(11_000_000, 'garbage'), probe(7), probe(8));
    await check();
    const lost = { bytes: 11_000_000, places: 1, from: 1, to: 7, since: 5_000 };
    expect(damaged.lossOf(ID)).toMatchObject({ ...lost, isAccepted: false });
    await damaged.accept(ID);
    damaged = new DamagedSessions(dir, () => 6_000, log);
    await damaged.recall(ID);
    await check();
    expect(damaged.lossOf(ID)).toMatchObject({ ...lost, isAccepted: true });
    // Damage that has grown is counted by what it has grown.
    write('000001.seg', probe(1), Buffer.alloc(11_000_000 + probe(7).length, 'garbage'), probe(8));
    await check();
    expect(damaged.lossOf(ID)).toMatchObject({ bytes: 11_000_000 + probe(7).length, isAccepted: false });
  });

  it('that is stopped notes nothing', async () => {
    write('000001.seg', probe(1), Buffer.alloc(9_000, 'x'), probe(2));
    const checks = new TimelineChecks(dir, damaged, log);
    checks.add(ID);
    await checks.stop();
    expect(damaged.losses).toEqual([]);
  });
});
