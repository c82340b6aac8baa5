import { expect, it } from 'vitest';
import { linkAddress } from './link-address.js';

const HERE = 'http://127.0.0.1:3001';
const overlay = { kind: 'overlay', overlay: null, code: 'abc', sessionId: null } as const;

it('a link is the address of what it opens, with its code', () => {
  expect(linkAddress(overlay, 'cup', null, HERE)).toBe(`${HERE}/overlay/timing-tower?show=cup&link=abc`);
  expect(linkAddress({ ...overlay, sessionId: 'sess_1' }, 'cup', null, HERE)).toBe(
    `${HERE}/overlay/timing-tower?session=sess_1&link=abc`,
  );
  expect(linkAddress({ ...overlay, kind: 'public' }, 'cup', null, HERE)).toBe(`${HERE}/public/cup?link=abc`);
});

it('a link begins with the public address, wherever the desk was opened', () => {
  expect(linkAddress(overlay, 'cup', 'https://race.example', HERE)).toMatch(/^https:\/\/race\.example\/overlay\//);
  expect(linkAddress(overlay, 'cup', undefined, HERE)).toMatch(/^http:\/\/127\.0\.0\.1:3001\/overlay\//);
});
