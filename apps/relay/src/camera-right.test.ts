import { expect, it } from 'vitest';
import { mayShowCamera } from './camera-right.js';

const tokenOf = (claims: object) => {
  const payload = Buffer.from(JSON.stringify({ sub: 'rig', exp: 2_000_000_000, ...claims })).toString('base64url');
  return `e30.${payload}.signature`;
};

it('the camera is sent with a token of the role camera, or with the capability added to another role', () => {
  expect(mayShowCamera(tokenOf({ role: 'camera' }))).toBe(true);
  expect(mayShowCamera(tokenOf({ role: 'relay', caps: ['broadcast:camera'] }))).toBe(true);
  expect(mayShowCamera(tokenOf({ role: 'relay' }))).toBe(false);
});

it('the camera stays here without a token, and with one that cannot be read', () => {
  for (const token of [undefined, '', 'nonsense', 'a.b.c', tokenOf({ role: 'none' })]) {
    expect(mayShowCamera(token)).toBe(false);
  }
});
