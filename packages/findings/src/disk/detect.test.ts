import type { DiskRefusal } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../failure-modes.js';
import { runDetectors } from '../run-detectors.js';
import { AT, databaseLike, healthy, relayLike, sessionLike } from '../testing/healthy-night.js';
import { disk } from './detect.js';

const full: DiskRefusal = {
  since: AT - 5_000,
  until: null,
  kind: 'full',
  code: 'ENOSPC',
  because: 'the disk is full',
  isWhole: true,
  sessions: ['sess_healthy'],
  waitingRecords: 50,
  waitingBytes: 40_000,
};
const SIZES = { freeBytes: 0, totalBytes: 20e9 };
const refusing = (over: Partial<DiskRefusal> = {}) => ({ disk: { ...SIZES, refused: { ...full, ...over } } });
/** A relay whose records wait, since none is acknowledged. */
const waiting = sessionLike({ relays: [relayLike({ waiting: 300, oldestWaitingMs: 12_000 })] });

describe('a disk that does not store', () => {
  it('is one finding that says since when, how much waits, and what is free', () => {
    const [found, ...others] = disk.look(healthy(refusing()));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      code: 'DISK',
      cause: 'full',
      severity: 'critical',
      since: AT - 5_000,
      summary: 'The disk of DATA_DIR is full, for 5 s: 50 records of 1 session wait in memory.',
      because: 'The disk did not store: the disk is full. 0 MB of 20.0 GB are free.',
    });
  });

  it('stays a finding for a moment when it stores again', () => {
    const [found] = disk.look(healthy(refusing({ until: AT - 1_000, waitingRecords: 0 })));
    expect(found?.summary).toBe(
      'The disk of DATA_DIR did not store for 4 s, and stores again: nothing waits any more.',
    );
  });

  it('explains what it brings about, and leaves alone what it does not', () => {
    const behind = { sessions: [waiting] };
    const codes = (over: Parameters<typeof healthy>[0]) =>
      runDetectors(healthy(over), DETECTORS).findings.map(({ code }) => code);
    expect(codes(behind)).toEqual(['CLOCK_DRIFT']);
    const look = runDetectors(healthy({ ...behind, ...refusing() }), DETECTORS);
    expect(look.findings.map(({ code }) => code)).toEqual(['DISK']);
    expect(look.skipped).toContainEqual({
      code: 'CLOCK_DRIFT',
      because: 'What it would find is brought about by DISK: full.',
    });
    expect(look.clear).not.toContain('CLOCK_DRIFT');
    const stepped = sessionLike({ relays: [relayLike({ clockStepMs: 9_000 })] });
    expect(codes({ sessions: [stepped], ...refusing() })).toEqual(expect.arrayContaining(['DISK', 'CLOCK_DRIFT']));
    // One session's file: relays of others that fall behind have another cause.
    expect(codes({ ...behind, ...refusing({ kind: 'refuses', code: 'EACCES', isWhole: false }) })).toContain(
      'CLOCK_DRIFT',
    );
  });

  it('explains a database only where that is on the same disk', () => {
    const [found] = disk.look(healthy(refusing()));
    if (found === undefined) throw new Error('nothing was found');
    const explained = (kind: 'embedded' | 'postgresql') =>
      disk.explains?.(found, healthy({ ...refusing(), database: databaseLike({ kind }) }));
    expect(explained('embedded')).toContain('DB_LATENCY');
    expect(explained('postgresql')).not.toContain('DB_LATENCY');
  });

  it('is warned of before, and that is forgotten only when clearly more is free', () => {
    const left = (freeBytes: number | null, before: Parameters<typeof healthy>[0] = {}) =>
      disk.look(healthy({ disk: { freeBytes, totalBytes: 20e9, refused: null }, ...before }));
    expect(left(499e6)).toMatchObject([{ cause: 'nearly_full', severity: 'warning' }]);
    expect(left(550e6)).toEqual([]);
    const before = [{ code: 'DISK', cause: 'nearly_full', since: AT - 9_000, scope: {} }] as const;
    expect(left(550e6, { before })).toHaveLength(1);
    expect(left(601e6, { before })).toEqual([]);
    expect(left(null)).toEqual([]);
  });

  it('is not looked for in the pack of a version that did not know it', () => {
    const { disk: _, ...old } = healthy();
    expect(disk.look(old)).toEqual([]);
  });
});
