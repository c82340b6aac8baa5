import type { CarSample, FIGURE_LIST } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { simFiguresOf, takeSimFigures } from './sim-figures.js';

// Two lines of a table of figures: one that the engine computes, one that is what the sim says.
const number = { pack: (value: unknown) => value as number, unpack: (packed: number | null) => packed, isPublic: true };
const table = [
  ['lap', number],
  ['battle', { ...number, sim: ({ boost }: CarSample) => boost }],
] as unknown as typeof FIGURE_LIST;
const taken = table.filter(([, { sim }]) => sim !== undefined);

it('keeps what the sim says of a car until it says something else', () => {
  const car: Parameters<typeof takeSimFigures>[0] = {};
  expect(simFiguresOf(car, taken)).toEqual({ battle: null });
  takeSimFigures(car, { car: 7, pct: 0.1, boost: 3 }, taken);
  takeSimFigures(car, { car: 7, pct: 0.2 }, taken);
  expect(simFiguresOf(car, taken)).toEqual({ battle: 3 });
  takeSimFigures(car, { car: 7, pct: 0.3, boost: 4 }, taken);
  expect(simFiguresOf(car, taken)).toEqual({ battle: 4 });
});

it('stores nothing for a car where the sim says nothing', () => {
  const car: Parameters<typeof takeSimFigures>[0] = {};
  takeSimFigures(car, { car: 7, pct: 0.1 }, taken);
  expect(car).toEqual({});
});
