import type { Frame, SessionLine, SourceRecord } from '@okboxbox/protocol';
import type { Source } from '@okboxbox/sims';

/** A source that gives the records it is told, counts what was read, and may fail at its end. */
export class ToldSource implements Source {
  readonly info = { kind: 'recording', spec: 'recording:told', sim: 'test', playback: true, rateHz: 10 } as const;
  read: Source['read'];
  /** Records that were asked for. */
  pulled = 0;

  constructor(records: readonly SourceRecord[], failure?: Error) {
    this.read = async function* (this: ToldSource, options) {
      for (const record of records) {
        if (options?.signal?.aborted) return;
        this.pulled += 1;
        yield record;
      }
      if (failure) throw failure;
    };
  }
}

/** A session of one car. */
export function session(simSessionKey = '1:0'): SessionLine {
  return {
    kind: 'session',
    capturedAt: 0,
    simSessionKey,
    type: 'race',
    track: { name: 'Testring', sectorStarts: [0] },
    classes: [{ id: 'a', name: 'A' }],
    entries: [{ car: 0, carNumber: '1', driver: { name: 'One' }, classId: 'a' }],
  };
}

/** Frames of that car, numbered and a tenth of a second apart. */
export function frames(count: number, first = 1): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'frame',
    seq: first + i,
    capturedAt: 0,
    sessionTime: (first + i) / 10,
    state: 'racing',
    flags: ['green'],
    cars: [{ car: 0, pct: ((first + i) % 1000) / 1000, surface: 'onTrack', onPitRoad: false }],
  }));
}
