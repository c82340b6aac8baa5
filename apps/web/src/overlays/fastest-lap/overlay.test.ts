import { expect, it } from 'vitest';
import { readOptions } from '../define-overlay.js';
import { USUAL_DEMO } from '../page/demo/demo-choice.js';
import { demoState } from '../page/demo-race.js';
import { overlay } from './overlay.js';

const SECONDS = Array.from({ length: 300 }, (_, second) => second);
/** The seconds of a demo race in which it comes on air by itself. */
const airing = (given: Readonly<Record<string, string>>) =>
  SECONDS.filter((second) => {
    const race = demoState(second, USUAL_DEMO, { slot: 'tower' });
    return overlay.airsItself?.({ race, at: null }, readOptions(overlay.options, given)) === true;
  });

it('a new best lap brings the card on air for 8 seconds, unless its address says otherwise', () => {
  const seconds = airing({});
  expect(seconds.length).toBeGreaterThan(0);
  const first = seconds[0] ?? 0;
  expect(seconds).toContain(first + 6);
  expect(seconds.length).toBeLessThan(SECONDS.length / 2);
  expect(airing({ auto: 'off' })).toEqual([]);
});

it('the card of a class comes with the bests of that class alone', () => {
  const ofClass = airing({ class: 'GT3' });
  expect(airing({})).toEqual(expect.arrayContaining(ofClass));
});
