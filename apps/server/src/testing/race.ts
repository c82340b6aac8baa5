import { encodeRecord, type Frame, joinBatch, type SessionLine, type SourceRecord } from '@okboxbox/protocol';

/** A session as a server begins one for the small race of these tests. */
export const RACE_FACTS = { sessionId: 'sess_test', show: 'local', sim: 'test', simSessionKey: '77:0', startedAt: 5 };

/** A session record of a small race for tests. */
export function sessionLine(over: Partial<SessionLine> = {}): SessionLine {
  return {
    kind: 'session',
    capturedAt: 1_000,
    simSessionKey: '77:0',
    type: 'race',
    track: { id: '1', name: 'Testring', config: null, lengthM: 4_000, sectorStarts: [0, 0.5] },
    limit: { laps: 10, timeS: null },
    classes: [{ id: 'a', name: 'GT', color: '#ff5888' }],
    entries: [0, 1, 2].map((car) => ({
      car,
      carNumber: String(car + 11),
      teamName: null,
      driver: { id: `d${car}`, name: `Driver ${car}` },
      classId: 'a',
      pace: false,
    })),
    ...over,
  };
}

/** Laps a minute, so that tests need few frames. */
const LAP_S = 20;

/** Frame `n` (from 0) of the same race at 10 Hz: three cars, each 1 % of a lap behind the one before. */
export function frame(n: number, over: Partial<Frame> = {}): Frame {
  const sessionTime = 100 + n / 10;
  return {
    kind: 'frame',
    seq: n + 1,
    capturedAt: 2_000 + n * 100,
    sessionTime,
    state: n === 0 ? 'grid' : 'racing',
    flags: ['green'],
    cars: [0, 1, 2].map((car) => {
      const progress = n / 10 / LAP_S - 0.01 * (car + 1);
      return {
        car,
        pct: progress - Math.floor(progress),
        lap: Math.floor(progress) + 1,
        lapsCompleted: Math.floor(progress),
        surface: 'onTrack' as const,
        onPitRoad: false,
      };
    }),
    ...over,
  };
}

/** The race's records from its session line on: `frames` frames. */
export function race(frames: number): SourceRecord[] {
  return [sessionLine(), ...Array.from({ length: frames }, (_, n) => frame(n))];
}

/** A batch of records numbered from `first`. */
export function batch(records: readonly SourceRecord[], first: number): Uint8Array {
  return joinBatch(records.map((record, i) => encodeRecord(record, first + i)));
}
