import { expect, it } from 'vitest';
import { overlayAddress } from './address.js';
import { USUAL_DEMO } from './demo/demo-choice.js';

const read = (search: string) => overlayAddress({ pathname: '/overlay/timing-tower', search });

it('an address names an overlay, a show or a session, and what the overlay is to read', () => {
  expect(read('?show=cup&rows=12&class=&extra=2000&link=abc&token=a.b.c&bg=222')).toEqual({
    kind: 'timing-tower',
    subject: { show: 'cup' },
    extraDelayMs: 2_000,
    link: 'abc',
    token: 'a.b.c',
    demo: null,
    background: '#222',
    given: { show: 'cup', rows: '12', extra: '2000', link: 'abc', token: 'a.b.c', bg: '222' },
  });
  expect(read('?session=sess_1').subject).toEqual({ sessionId: 'sess_1' });
});

it('what is not a number or out of range counts as absent', () => {
  expect(read('?extra=999999&bg=url(x)')).toMatchObject({ subject: null, extraDelayMs: 0, background: null });
  expect(read('?extra=1234').extraDelayMs).toBe(1_200);
});

it('a demo race is made from a seed, 0 where none is given', () => {
  const seeds = ['?demo=1', '?demo=1&seed=7', '?demo=1&seed=x', '?seed=7'].map((each) => read(each).demo?.choice.seed);
  expect(seeds).toEqual([0, 7, 0, undefined]);
});

it('a demo race has as many cars as asked for, begins in a phase, and stands still at a second', () => {
  expect(read('?demo=1').demo).toEqual({ choice: USUAL_DEMO, at: null });
  expect(read('?demo=1&cars=60&phase=grid&at=12.5').demo).toEqual({
    choice: { seed: 0, cars: 60, phase: 'grid' },
    at: 12.5,
  });
  expect(read('?demo=1&cars=61&phase=never').demo).toEqual({ choice: USUAL_DEMO, at: null });
});
