import type { CarSample, Frame, RecordingHeader, SessionLine, SourceRecord } from '@okboxbox/protocol';

/** The header of a recording. */
export const HEADER: RecordingHeader = {
  kind: 'recording',
  version: 1,
  sim: 'iracing',
  source: 'memory',
  createdAt: 1_764_000_000_000,
};

/** A race with one entry. */
export const SESSION: SessionLine = {
  kind: 'session',
  capturedAt: 1_764_000_000_000,
  simSessionKey: '1:2',
  type: 'race',
  track: { name: 'Monza' },
  classes: [],
  entries: [{ car: 0, carNumber: '07', driver: { id: '1', name: 'Zoë Ñandú' } }],
};

/** A frame with one car, at a session time in seconds. */
export function frame(sessionTime: number, more: Partial<Frame> = {}): Frame {
  return {
    kind: 'frame',
    seq: 1,
    capturedAt: 1_764_000_000_000 + sessionTime * 1000,
    sessionTime,
    state: 'racing',
    flags: ['green'],
    cars: [{ car: 0, pct: 0.5 }],
    ...more,
  };
}

/** A frame of as many cars, each with all that a sim usually gives. */
export function fullFrame(sessionTime: number, cars: number): Frame {
  const samples = Array.from({ length: cars }, (_, car): CarSample => {
    return {
      car,
      lap: 3,
      lapsCompleted: 2,
      pct: Math.floor(((sessionTime / 100 + car / cars) % 1) * 1e7) / 1e7,
      surface: 'onTrack',
      onPitRoad: false,
      position: car + 1,
      classPosition: car + 1,
      lastLapMs: 103_156,
      bestLapMs: 102_900,
    };
  });
  return frame(sessionTime, { cars: samples });
}

/** Everything that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What an iteration gives before it fails, and how it fails. */
export async function collectUntilFailure<T>(items: AsyncIterable<T>): Promise<{ items: T[]; error: unknown }> {
  const all: T[] = [];
  try {
    for await (const item of items) all.push(item);
  } catch (error) {
    return { items: all, error };
  }
  return { items: all, error: null };
}

/** The frames among records. */
export function framesOf(records: readonly SourceRecord[]): Frame[] {
  return records.filter((record): record is Frame => record.kind === 'frame');
}
