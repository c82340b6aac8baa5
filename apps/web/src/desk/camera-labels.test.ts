import type { DeskCamera } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { shotLabel, whyNotAsked } from './camera-labels.js';

const CAMERA: DeskCamera = { relayId: 'caster', control: 'accepts', car: 1 };

it('a camera that cannot be asked says why and what to do', () => {
  expect(whyNotAsked(CAMERA)).toBeNull();
  expect(whyNotAsked(null)).toContain('a token of the role camera');
  expect(whyNotAsked({ ...CAMERA, control: 'off' })).toBe(
    'caster does not accept camera requests: set RELAY_CAMERA_CONTROL=1 there.',
  );
  expect(whyNotAsked({ ...CAMERA, control: 'unable' })).toContain('caster reads no sim');
});

it('the shot is told without a race, too', () => {
  expect(shotLabel(CAMERA, null)).toBe('a car');
  expect(shotLabel({ ...CAMERA, car: null }, null)).toBe('no car');
});
