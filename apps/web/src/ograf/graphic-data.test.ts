import { describe, expect, it } from 'vitest';
import { overlay } from '../overlays/timing-tower/overlay.js';
import { GraphicDataError, readData } from './graphic-data.js';

const read = (given: Readonly<Record<string, unknown>>) => readData(overlay, given);

describe('the data of a graphic', () => {
  it('name a show or a demo, and what is left out or empty is what it usually is', () => {
    expect(read({ show: 'cup', link: '', server: null })).toMatchObject({
      ...{ server: '', show: 'cup', link: '', demo: false, seed: 0 },
      options: { rows: 20, class: null },
    });
    expect(read({ demo: true, seed: 7, rows: 12, class: '' })).toMatchObject({
      ...{ demo: true, seed: 7 },
      options: { rows: 12, class: null },
    });
  });

  it('are refused with the field and what it can be', () => {
    expect(() => read({ show: 'cup', rows: 900 })).toThrow(/^rows cannot be 900: Most rows, from 1 to 60/);
    expect(() => read({ show: 'cup', rows: 900 })).toThrow(GraphicDataError);
    expect(() => read({ show: 'cup', server: 'javascript:alert(1)' })).toThrow(/^server cannot be/);
    expect(() => read({})).toThrow('Set "show" to the name of a show, or "demo" to true.');
  });

  it('may have fields that nobody here knows', () => {
    expect(read({ show: 'cup', v_program: 1, colour: 'red' }).show).toBe('cup');
  });
});
