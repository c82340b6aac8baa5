import { expect, it } from 'vitest';
import { CLOSE_CODES, closeText, isRightEnd, RIGHT_ENDED } from './close-codes.js';

it('each close code has a text of its own, in plain words', () => {
  const texts = Object.values(CLOSE_CODES).map(({ text }) => text);
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts) expect(text).toMatch(/^[a-z][a-z ]+$/);
});

it('a code of a newer server is shown as it is, also one that every object has', () => {
  expect([closeText('silent'), closeText('new_code'), closeText('toString')]).toEqual([
    'no answer to heartbeats',
    'new_code',
    'toString',
  ]);
});

it('only a token or a link that is revoked or has expired is the end of a right', () => {
  expect(Object.keys(RIGHT_ENDED)).toEqual(['token_revoked', 'token_expired', 'link_revoked', 'link_expired']);
  expect([isRightEnd('link_expired'), isRightEnd('shutdown'), isRightEnd('toString')]).toEqual([true, false, false]);
});
