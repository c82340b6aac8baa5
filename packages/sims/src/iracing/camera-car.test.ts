import { describe, expect, it } from 'vitest';
import { frameOfRow } from './frame-of-row.js';
import { LapTimes } from './lap-times.js';
import type { TelemetryRow } from './telemetry-row.js';

/** A row with these variables; a list is an array of all cars. */
function rowOf(variables: Readonly<Record<string, number | readonly number[]>>): TelemetryRow {
  return {
    value: (name: string) => {
      const found = variables[name];
      return typeof found === 'number' ? found : undefined;
    },
    values: (name: string) => {
      const found = variables[name];
      return Array.isArray(found) ? found : [];
    },
  } as TelemetryRow;
}
const cameraOf = (variables: Parameters<typeof rowOf>[0]) =>
  frameOfRow(rowOf(variables), { all: [0, 1, 2], own: 0 }, new LapTimes(), 1, 0).camera;
const ALL = { CarIdxLapDistPct: [0.1, 0.2, 0.3] };

describe('the car that the camera shows', () => {
  it('is the one that the sim names', () => {
    expect(cameraOf({ ...ALL, CamCarIdx: 2 })).toEqual({ car: 2 });
  });

  it('is none where the camera looks at no car of the session, such as the scenery', () => {
    expect(cameraOf({ ...ALL, CamCarIdx: -1 })).toEqual({ car: null });
    expect(cameraOf({ ...ALL, CamCarIdx: 40 })).toEqual({ car: null });
  });

  it('is not said where the sim does not say it, and in a file of one car', () => {
    expect(cameraOf(ALL)).toBeUndefined();
    expect(cameraOf({ CamCarIdx: 0 })).toBeUndefined();
  });
});
