import { NOTHING_CUED, type OnAir } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { loadOverlays } from '../overlays/catalogue.js';
import { drawnOf, isDrawn, overlayTitle, undrawnSlots } from './drawn-slots.js';

const until = null;
const ALL: OnAir = {
  ...NOTHING_CUED,
  scene: null,
  tower: { until },
  driver: { car: 1, until },
  battle: { cars: [1, 2], until },
  message: { title: null, text: 'Pit lane closed', until },
  flag: { flag: 'yellow', until },
  results: { of: 'grid', until },
};

it('the desk takes what is drawn from the definitions of the overlays', async () => {
  const declared = (await loadOverlays()).flatMap(({ draws }) => draws);
  expect(Object.keys(ALL).filter((slot) => slot !== 'scene' && isDrawn(slot as never))).toEqual(
    Object.keys(ALL).filter((slot) => declared.includes(slot as never)),
  );
  expect(overlayTitle('timing-tower')).toBe('Timing tower');
});

it('a cued board that no overlay draws is not shown as seen, and is named', () => {
  expect(undrawnSlots(ALL)).toEqual(['results']);
  expect(drawnOf(ALL)).toEqual({ ...ALL, results: null });
  expect(undrawnSlots(NOTHING_CUED)).toEqual([]);
});
