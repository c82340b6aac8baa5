import { describe, expect, it } from 'vitest';
import { anomaliesOf, type TraceSeen } from './anomalies.js';

const LIVE = { room: 'session:sess_a', isLive: true, ticks: 100, members: 200, written: 200, skipped: 0 };
/** Ten seconds of a session that is all right. */
const GOOD: TraceSeen = {
  durationMs: 10_000,
  frames: 100,
  ingest: 100,
  synced: 100,
  timed: 100,
  lastFrameAt: 10_000,
  lastSyncAt: 10_005,
  missing: 0,
  missingAt: null,
  dropped: {},
  rooms: [LIVE],
  longestSilence: { ms: 110, at: 5_000 },
  skippedSockets: 0,
  latencies: [],
  driftP95: 40,
  queueAgeP95Ms: 3,
  broadcastLateMs: 4,
  heldUp: { ms: 12, at: 1_000 },
};
const codes = (over: Partial<TraceSeen>) =>
  anomaliesOf({ ...GOOD, ...over }).map(({ code, stage }) => `${code} ${stage}`);

describe('what stands out of a trace', () => {
  it('is nothing where all is well, duplicates among it', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ dropped: { duplicate: 40 } })).toEqual([]);
    expect(codes({ rooms: [], frames: 3, ingest: 3, timed: 3, synced: 3 })).toEqual([]);
  });

  it.each<[string, Partial<TraceSeen>]>([
    ['no_frames ingest', { frames: 0, ingest: 0, synced: 0, timed: 0, lastFrameAt: null, rooms: [] }],
    ['stage_stopped timeline', { synced: 0, lastSyncAt: 9_990 }],
    ['stage_stopped timing', { timed: 0 }],
    ['stage_stopped tick', { rooms: [{ ...LIVE, ticks: 0, members: 0, written: 0 }] }],
    ['stage_stopped write', { rooms: [{ ...LIVE, written: 0 }] }],
    ['silence ingest', { longestSilence: { ms: 2_500, at: 1 } }],
    ['sequence_gap ingest', { missing: 3, missingAt: 7 }],
    ['dropped ingest', { dropped: { invalid: 1 } }],
    ['not_synced timeline', { lastSyncAt: 9_000 }],
    ['skipped skip', { rooms: [{ ...LIVE, skipped: 4 }], skippedSockets: 1 }],
    ['early tick', { broadcastLateMs: -1 }],
    ['late tick', { broadcastLateMs: 900 }],
    ['drift session', { driftP95: 5_001 }],
    ['queue_age session', { queueAgeP95Ms: 2_001 }],
    ['held_up session', { heldUp: { ms: 101, at: 1 } }],
  ])('is %s, and that alone', (code, over) => {
    expect(codes(over)).toEqual([code]);
    for (const { value, threshold, text } of anomaliesOf({ ...GOOD, ...over })) {
      expect(Number.isFinite(value) && Number.isFinite(threshold)).toBe(true);
      expect(text).toMatch(/\.$/);
    }
  });

  it('is slow where a stage takes longer than it may; how late the public picture is set to be is nothing', () => {
    const row = { count: 10, p50Ms: 1, p95Ms: 2, maxMs: 20_000, room: 'r' };
    expect(codes({ latencies: [{ ...row, from: 'ingest', to: 'tick' }] })).toEqual([]);
    expect(codes({ latencies: [{ ...row, from: 'room', to: 'write', maxMs: 100 }] })).toEqual([]);
    expect(codes({ latencies: [{ ...row, from: 'room', to: 'write' }] })).toEqual(['latency write']);
    expect(codes({ latencies: [{ ...row, from: 'ingest', to: 'timeline', room: null }] })).toEqual([
      'latency timeline',
    ]);
  });

  it('comes worst first: a picture that is early, then what has stopped, then by how far a bound is passed', () => {
    expect(
      codes({
        broadcastLateMs: -5,
        rooms: [{ ...LIVE, written: 0 }],
        driftP95: 6_000,
        heldUp: { ms: 900, at: 1 },
        dropped: { invalid: 2 },
      }),
    ).toEqual(['early tick', 'stage_stopped write', 'held_up session', 'dropped ingest', 'drift session']);
  });
});
