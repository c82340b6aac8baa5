import type { Moment } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { fieldOf } from '../../../../packages/race-view/src/testing/field.js';
import { momentLabel } from './moment-labels.js';

const RACE = fieldOf([{}, {}]);
const moment = (over: Partial<Moment>): Moment => ({
  id: 'm',
  at: 0,
  name: 'crossing',
  lap: 7,
  car: 0,
  otherCar: null,
  to: null,
  ...over,
});

it('a moment is said as somebody who watches the stream would', () => {
  const words = (over: Partial<Moment>) => momentLabel(moment(over), RACE);
  expect(words({})).toBe('#10 Driver 10 crosses the line, lap 7');
  expect(words({ name: 'phase.changed', car: null, to: 'racing' })).toBe('Lights out');
  expect(words({ name: 'phase.changed', car: null, to: 'checkered' })).toBe('Chequered flag');
  expect(words({ name: 'flag.changed', car: null, to: 'caution, yellowWaving' })).toBe('Caution flag');
  expect(words({ name: 'overtake', otherCar: 1 })).toBe('#10 Driver 10 passes #11 Driver 11');
  expect(words({ name: 'gone', car: 99 })).toBe('car 99 gone');
});
