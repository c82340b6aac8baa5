import type { CarSample, Frame, SessionPhase, Surface } from '@okboxbox/protocol';
import type { TelemetryRow } from './telemetry-file.js';

/** The sim's session states, by number: invalid, get in car, warm-up, parade laps, racing, chequered, cool-down. */
const PHASES: readonly SessionPhase[] = ['grid', 'grid', 'grid', 'formation', 'racing', 'checkered', 'cooldown'];
const SURFACES: Readonly<Record<number, Surface>> = {
  [-1]: 'notInWorld',
  0: 'offTrack',
  1: 'pitStall',
  2: 'pitApproach',
  3: 'onTrack',
};
const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x1, 'checkered'],
  [0x2, 'white'],
  [0x4, 'green'],
  [0x8, 'yellow'],
  [0x10, 'red'],
  [0x20, 'blue'],
  [0x40, 'debris'],
  [0x80, 'crossed'],
  [0x100, 'yellowWaving'],
  [0x200, 'oneLapToGreen'],
  [0x400, 'greenHeld'],
  [0x4000, 'caution'],
  [0x8000, 'cautionWaving'],
  [0x10000, 'black'],
  [0x20000, 'disqualify'],
  [0x80000, 'furled'],
  [0x100000, 'repair'],
];
/** The sim's words for no limit: a week, and the largest short number. */
const NO_TIME_LIMIT_S = 604_800;
const NO_LAP_LIMIT = 32_767;

/** Own figures and the variables that they come from. */
const OWN: Readonly<Record<string, string>> = {
  speed: 'Speed',
  fuelL: 'FuelLevel',
  fuelPct: 'FuelLevelPct',
  throttle: 'Throttle',
  brake: 'Brake',
  clutch: 'Clutch',
  gear: 'Gear',
  rpm: 'RPM',
  steeringRad: 'SteeringWheelAngle',
  waterC: 'WaterTemp',
  oilC: 'OilTemp',
};
const WEATHER: Readonly<Record<string, string>> = {
  airC: 'AirTemp',
  trackC: 'TrackTempCrew',
  wetness: 'TrackWetness',
  windMps: 'WindVel',
  skies: 'Skies',
};

/** What a row of one car's telemetry says as a frame; `car` is its index. Values that make no sense are left out. */
export function frameOfRow(row: TelemetryRow, car: number, seq: number, capturedAt: number): Frame {
  const timeS = finite(row.value('SessionTimeRemain'));
  const laps = finite(row.value('SessionLapsRemainEx') ?? row.value('SessionLapsRemain'));
  const flags = row.value('SessionFlags') ?? 0;
  const weather = figures(row, WEATHER);
  const windRad = finite(row.value('WindDir'));
  return {
    kind: 'frame',
    seq,
    capturedAt,
    sessionTime: finite(row.value('SessionTime')) ?? 0,
    state: PHASES[row.value('SessionState') ?? 0] ?? 'grid',
    flags: FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name),
    cars: [sampleOf(row, car)],
    remaining: {
      timeS: timeS !== undefined && timeS >= 0 && timeS < NO_TIME_LIMIT_S ? timeS : null,
      laps: laps !== undefined && laps >= 0 && laps < NO_LAP_LIMIT ? laps : null,
    },
    ...(Object.keys(weather).length > 0 && {
      weather: { ...weather, ...(windRad !== undefined && { windDeg: (windRad * 180) / Math.PI }) },
    }),
    own: { car, ...figures(row, OWN) },
  };
}

function sampleOf(row: TelemetryRow, car: number): CarSample {
  const surface = SURFACES[row.value('PlayerTrackSurface') ?? 3] ?? 'onTrack';
  const pct = finite(row.value('LapDistPct'));
  const isThere = surface !== 'notInWorld' && pct !== undefined && pct >= -1 && pct <= 2;
  const lap = between(row.value('Lap'), -1, 32_767);
  const lapsCompleted = between(row.value('LapCompleted'), -1, 32_767);
  const position = between(row.value('PlayerCarPosition'), 0, 32_767);
  const lastLapMs = lapMs(row.value('LapLastLapTime'));
  const bestLapMs = lapMs(row.value('LapBestLapTime'));
  const speedMps = between(row.value('Speed'), -1e4, 1e4);
  return {
    car,
    pct: isThere ? pct : -1,
    surface: isThere ? surface : 'notInWorld',
    onPitRoad: isThere && row.value('OnPitRoad') === 1,
    ...(lap !== undefined && { lap }),
    ...(lapsCompleted !== undefined && { lapsCompleted }),
    ...(position !== undefined && { position }),
    ...(lastLapMs !== undefined && { lastLapMs }),
    ...(bestLapMs !== undefined && { bestLapMs }),
    ...(speedMps !== undefined && { speedMps }),
  };
}

function figures(row: TelemetryRow, names: Readonly<Record<string, string>>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [figure, name] of Object.entries(names)) {
    const value = finite(row.value(name));
    if (value !== undefined) found[figure] = value;
  }
  return found;
}

function lapMs(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds > 0 && seconds < 1e6 ? Math.round(seconds * 1000) : undefined;
}

function between(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
