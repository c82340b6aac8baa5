import { type CarSample, FIGURE_LIST, type SimFigures } from '@okboxbox/protocol';
import type { CarState } from './car-state.js';

/** Figures that are what the sim says of a car: those whose line in the table of figures has `sim`. */
const SIM_FIGURES = FIGURE_LIST.filter(([, { sim }]) => sim !== undefined);
const NONE = {} as SimFigures;

/** Keeps what a sample says; what it does not say stays as an earlier one said it. */
export function takeSimFigures(car: Pick<CarState, 'simFigures'>, sample: CarSample, figures = SIM_FIGURES): void {
  for (const [name, { sim }] of figures) {
    const value = sim?.(sample);
    if (value === undefined) continue;
    car.simFigures ??= {};
    car.simFigures[name] = value;
  }
}

/** The figures that a car's samples have said so far; the others as unknown. */
export function simFiguresOf({ simFigures }: Pick<CarState, 'simFigures'>, figures = SIM_FIGURES): SimFigures {
  if (figures.length === 0) return NONE;
  return Object.fromEntries(
    figures.map(([name, { unpack }]) => [name, simFigures?.[name] ?? unpack(null)]),
  ) as unknown as SimFigures;
}
