import { expect, it } from 'vitest';
import { offersDesk } from './rights-shown.js';

const token = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

it('the desk is offered to directors and administrators, and to tokens that were given the right', () => {
  expect(offersDesk(token({ role: 'director', sub: 'Zoë' }), 'cup')).toBe(true);
  expect(offersDesk(token({ role: 'admin' }), 'cup')).toBe(true);
  expect(offersDesk(token({ role: 'team', caps: ['racebox:director:control'] }), 'cup')).toBe(true);
});

it('it is not offered for another show, another role, without a token or with what is none', () => {
  expect(offersDesk(token({ role: 'director', shows: ['other'] }), 'cup')).toBe(false);
  expect(offersDesk(token({ role: 'team' }), 'cup')).toBe(false);
  for (const not of [null, '', 'obb_team', 'a.b.c']) expect(offersDesk(not, 'cup')).toBe(false);
});
