import type { Frame, SessionLine } from '@okboxbox/protocol';

/** Cars in the synthetic race that benchmarks share. */
export const CARS = 60;
const LAP_S = 100;

/** The session line of a race of 60 cars in three classes. */
export function fieldSession(): SessionLine {
  return {
    kind: 'session',
    capturedAt: 0,
    simSessionKey: '1:0',
    type: 'race',
    track: { id: '1', name: 'Bench', config: null, lengthM: 5_000, sectorStarts: [0, 0.33, 0.66] },
    classes: ['a', 'b', 'c'].map((id) => ({ id, name: id.toUpperCase(), color: '#ff5888' })),
    entries: Array.from({ length: CARS }, (_, car) => ({
      car,
      carNumber: String(car + 1),
      teamName: `Team ${car}`,
      driver: { id: String(car), name: `Driver Number ${car}` },
      classId: 'abc'[car % 3] ?? 'a',
      pace: false,
    })),
  };
}

/** Frame `n` of that race at 10 Hz: every car at a pace of its own, slower in the corners. */
export function fieldFrame(n: number): Frame {
  const sessionTime = 60 + n / 10;
  return {
    kind: 'frame',
    seq: n + 1,
    capturedAt: n * 100,
    sessionTime,
    state: n === 0 ? 'grid' : 'racing',
    flags: ['green'],
    cars: Array.from({ length: CARS }, (_, car) => {
      const steady = n / 10 / (LAP_S + (car % 7)) - 0.0015 * car;
      const progress = steady + 0.002 * Math.sin(steady * 40);
      return {
        car,
        pct: progress - Math.floor(progress),
        lap: Math.floor(progress) + 1,
        lapsCompleted: Math.floor(progress),
        surface: 'onTrack' as const,
        onPitRoad: false,
      };
    }),
  };
}
