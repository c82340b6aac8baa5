import { expect, it } from 'vitest';
import { handshakeAuth } from './handshake.js';

it('RGT-7: a handshake may say who it is or nothing at all, but not anything', () => {
  expect(handshakeAuth.safeParse({}).success).toBe(true);
  expect(handshakeAuth.safeParse({ clientKind: 'overlay', surface: 'timing-tower' }).success).toBe(true);
  expect(handshakeAuth.safeParse({ clientKind: 'admin' }).success).toBe(false);
  expect(handshakeAuth.safeParse({ token: 'x'.repeat(8_193) }).success).toBe(false);
});
