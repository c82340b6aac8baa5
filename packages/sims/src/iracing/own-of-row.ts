import type { Frame } from '@okboxbox/protocol';
import type { TelemetryRow } from './telemetry-row.js';

/** Figures of the own car and the variables that they come from. */
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

/** What a row says of the own car alone: never public. */
export function ownOfRow(row: TelemetryRow, car: number): NonNullable<Frame['own']> {
  return { car, ...figures(row, OWN) };
}

/** The finite values of some variables, by the names that they are given. */
export function figures(row: TelemetryRow, names: Readonly<Record<string, string>>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [figure, name] of Object.entries(names)) {
    const value = finite(row.value(name));
    if (value !== undefined) found[figure] = value;
  }
  return found;
}

/** The value where it is a number. */
export function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
