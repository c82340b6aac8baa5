import type { Frame } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { FieldWatch } from './field-watch.js';
import { frames, session } from './testing/told-source.js';

const at = (sessionTime: number, there: readonly boolean[]): Frame => ({
  ...(frames(1)[0] as Frame),
  sessionTime,
  cars: there.map((isThere, car) => ({ car, pct: isThere ? 0.5 : -1, surface: 'onTrack', onPitRoad: false })),
});

it('counts the cars that are seen, and the entries but for the pace car', () => {
  const watch = new FieldWatch();
  expect(watch.now).toBeNull();
  const { entries, ...rest } = session();
  watch.session({ ...rest, entries: [...entries, { car: 1, carNumber: '0', pace: true }] });
  watch.frame(at(1, [true, false]));
  expect(watch.now).toEqual({ seen: 1, entries: 1, blinksPerMin: 0 });
});

it('counts a car that comes back within 3 s as a blink, and one that was away for longer as none', () => {
  const watch = new FieldWatch();
  watch.session(session());
  watch.frame(at(10, [true, true]));
  watch.frame(at(11, [false, false]));
  watch.frame(at(12, [true, false]));
  expect(watch.now?.blinksPerMin).toBe(1);
  watch.frame(at(20, [true, true]));
  expect(watch.now?.blinksPerMin).toBe(1);
  watch.frame(at(80, [true, true]));
  expect(watch.now?.blinksPerMin).toBe(0);
});
