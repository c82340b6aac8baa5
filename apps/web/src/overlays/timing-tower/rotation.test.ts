import { expect, it } from 'vitest';
import { FIGURE_TURN_MS, figureAt } from './rotation.js';

it('in rotation every figure has its turn, by the instant shown; else it is the one that is set', () => {
  const turns = [0, 1, 2, 3].map((turn) => figureAt('rotate', turn * FIGURE_TURN_MS));
  expect(turns).toEqual(['interval', 'leader', 'last', 'interval']);
  expect(figureAt('rotate', FIGURE_TURN_MS - 1)).toBe('interval');
  expect(figureAt('leader', FIGURE_TURN_MS)).toBe('leader');
  expect(figureAt('rotate', null)).toBe('interval');
});
