import { NOTHING_CUED } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { shownDriver } from './shown-driver.js';

const onAir = { ...NOTHING_CUED, driver: { car: 3, until: null } };
const following = { ...NOTHING_CUED, driver: { car: 3, onCamera: true as const, until: null } };

it('the driver slot shows the car that was cued, wherever the camera is', () => {
  expect(shownDriver({ onAir, camera: 5 })).toBe(3);
  expect(shownDriver({ onAir: NOTHING_CUED, camera: 5 })).toBeNull();
});

it('a driver slot that follows the camera shows the car on camera, and nobody while that is not known', () => {
  expect(shownDriver({ onAir: following, camera: 5 })).toBe(5);
  expect(shownDriver({ onAir: following, camera: null })).toBeNull();
  expect(shownDriver({ onAir: following })).toBeNull();
});
