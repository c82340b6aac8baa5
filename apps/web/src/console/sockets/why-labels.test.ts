import { describe, expect, it } from 'vitest';
import { words } from '../../kit/figures.js';
import { whyFigure, whyName } from './why-labels.js';

describe('the figures of why a socket is stale', () => {
  it('are times that are read at a look, and have no unit where nothing is known', () => {
    const written = (value: number | string | null, unit = '') => words(whyFigure({ value, unit }));
    expect([written(292_814, 'ms'), written(43, 'ms'), written(null, 'ms')]).toEqual(['293 s', '43 ms', '–']);
    expect([written(10.37, '/s'), written(0, 'bytes'), written(3_319)]).toEqual(['10.4 /s', '0 bytes', '3,319']);
    expect(written('session:sess_1')).toBe('session:sess_1');
  });

  it('are called by words', () => {
    expect(['queueAgeP95', 'connectedFor', 'room'].map(whyName)).toEqual(['queue age p95', 'connected for', 'room']);
  });
});
