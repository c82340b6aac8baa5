import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { weaknessOfSecret } from './secret-strength.js';

it.each([
  ['one letter', 'x'.repeat(40)],
  ['two letters in turn', 'ab'.repeat(20)],
  ['the digits, again and again', '0123456789'.repeat(4)],
  ['the alphabet', 'abcdefghijklmnopqrstuvwxyz0123456789'],
  ['the alphabet backwards', 'zyxwvutsrqponmlkjihgfedcba9876543210'],
  ['letters and digits that count up in turn', 'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6'],
  ['all punctuation in the order of its codes', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
  ['the rows of a keyboard', 'qwertyuiopasdfghjklzxcvbnm123456'],
  ['blanks', ' '.repeat(48)],
  ['an empty UUID', '00000000-0000-0000-0000-000000000000'],
  ['one word, again and again', 'changeme'.repeat(5)],
  ['the same word in other letters', 'Passw0rd!PASSW0RD!pAssw0rd!passW0rd!'],
  ['a few hexadecimal words', 'deadbeefdeadbeefcafebabecafebabe'],
  ['a sentence', 'this-is-a-very-secret-key-please-change-me'],
  ['a sentence without blanks', 'mysupersecretjwtsigningkey1234567890'],
  ['what a tutorial says', 'super-secret-jwt-token-with-at-least-32-characters-long'],
])('%s is no secret', (_name, text) => {
  expect(weaknessOfSecret(text)).toMatch(/^at least 32 random characters.*easy to guess/);
});

it('a secret that is too short is told how long it is, and is not repeated', () => {
  expect(weaknessOfSecret('kJ8x2mQpL5vR9tWz')).toMatch(/^at least 32 random characters.*this one has 16$/);
});

it('what is random is accepted, in every notation that programs print', () => {
  const bytes = fc.uint8Array({ minLength: 48, maxLength: 48, size: 'max' }).map((drawn) => {
    // fast-check likes extremes; these bytes are to be as a generator of random numbers gives them.
    const random = randomBytes(48);
    return Buffer.from(drawn.map((byte, i) => byte ^ (random[i] ?? 0)));
  });
  fc.assert(
    fc.property(bytes, (random) => {
      for (const notation of ['hex', 'base64', 'base64url'] as const)
        expect(weaknessOfSecret(random.toString(notation))).toBeNull();
      expect(weaknessOfSecret(random.subarray(0, 16).toString('hex'))).toBeNull();
    }),
  );
});

it('a text that is only repeated gains nothing by its length', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 12 }), fc.integer({ min: 6, max: 60 }), (part, times) => {
      expect(weaknessOfSecret(part.repeat(times))).not.toBeNull();
    }),
  );
});
