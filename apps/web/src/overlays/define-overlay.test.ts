import { NOTHING_CUED } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { isCued } from './define-overlay.js';

it('an overlay is on air while its slot is, and until that leaves by itself', () => {
  const onAir = { ...NOTHING_CUED, flag: { flag: 'red', until: 1_000 } } as const;
  expect([999, 1_000].map((at) => isCued({ slot: 'flag' }, onAir, at))).toEqual([true, false]);
  expect(isCued({ slot: 'driver' }, onAir, 0)).toBe(false);
  expect(isCued({ slot: null }, onAir, 0)).toBe(true);
});

it('of two overlays that share a slot, the one whose board is cued is on air', () => {
  const onAir = { ...NOTHING_CUED, results: { of: 'grid', until: null } } as const;
  expect(isCued({ slot: 'results', board: 'grid' }, onAir, 0)).toBe(true);
  expect(isCued({ slot: 'results', board: 'classification' }, onAir, 0)).toBe(false);
});
