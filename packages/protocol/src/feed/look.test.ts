import { expect, it } from 'vitest';
import { THEMES, unreadable } from './look.js';

it.each(Object.entries(THEMES))('every text of the theme %s can be read over any picture', (_, theme) => {
  expect(unreadable(theme)).toEqual([]);
});

it('a text that is too close to its ground is named with its contrast', () => {
  const { colours, radiusPx } = THEMES.board;
  const grey = unreadable({ colours: { ...colours, soft: '#30343a' }, radiusPx });
  expect(grey.map(({ text, on }) => [text, on])).toEqual([
    ['soft', 'surface'],
    ['soft', 'raised'],
  ]);
  expect(grey[0]?.contrast).toBeLessThan(4.5);
  expect(unreadable({ colours: { ...colours, accent: '#111111' }, radiusPx }).map(({ text }) => text)).toEqual([
    'onAccent',
  ]);
});
