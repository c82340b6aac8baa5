import { expect, it } from 'vitest';
import { overlayOptions } from './overlay-options.js';

it('an address names a show or a session, and how the tower is drawn', () => {
  expect(
    overlayOptions('?show=cup&rows=12&gap=leader&scale=1.5&extra=2000&link=abc&class=GT3&token=a.b.c&bg=222'),
  ).toEqual({
    subject: { show: 'cup' },
    rows: 12,
    figure: 'leader',
    classNamed: 'GT3',
    scale: 1.5,
    extraDelayMs: 2_000,
    link: 'abc',
    token: 'a.b.c',
    demo: false,
    background: '#222',
  });
  expect(overlayOptions('?session=sess_1').subject).toEqual({ sessionId: 'sess_1' });
});

it('what is not said, not a number or out of range is the usual', () => {
  const usual = overlayOptions('');
  expect(usual).toMatchObject({ subject: null, rows: 20, figure: 'interval', scale: 1, extraDelayMs: 0, demo: false });
  expect(overlayOptions('?rows=many&scale=-1&extra=999999&gap=none&bg=url(x)')).toEqual(usual);
});

it('extra delays go in the steps of the server', () => {
  expect(overlayOptions('?extra=1234').extraDelayMs).toBe(1_200);
});
