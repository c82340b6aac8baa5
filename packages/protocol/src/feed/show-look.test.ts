import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_CONTRAST, THEME_NAMES, THEMES, themeOf, unreadable } from './look.js';
import { lookSet, showLook } from './show-look.js';

const BOARD = { base: 'board', colours: {}, radiusPx: null, logo: null } as const;
const COLOURS = Object.keys(THEMES.board.colours);
const readColour = (colour: unknown) => showLook.safeParse({ ...BOARD, colours: { best: colour } }).success;

describe('a look', () => {
  it('takes colours of its own over those of its base', () => {
    const look = showLook.parse({ base: 'light', colours: { accent: '#00594C' }, radiusPx: 3 });
    expect(look).toEqual({ base: 'light', colours: { accent: '#00594C' }, radiusPx: 3, logo: null });
    expect(themeOf(look)).toEqual({ colours: { ...THEMES.light.colours, accent: '#00594C' }, radiusPx: 3 });
    expect(themeOf({ ...look, radiusPx: null }).radiusPx).toBe(THEMES.light.radiusPx);
    expect(themeOf(null)).toEqual(THEMES.board);
  });

  it.each([
    'red;} body{display:none',
    'url(https://elsewhere.example/x)',
    '#ffffff;background:url(//x)',
    '#fff',
    '#ffffff ',
    '\n#ffffff',
    '#ffffff\n',
    'var(--ink)',
    '#gggggg',
    '#ffffffff',
    '#ｆｆｆｆｆｆ',
    ['#ffffff'],
    { toString: () => '#ffffff' },
  ])('takes nothing for a colour but #rrggbb: %j', (colour) => {
    expect(readColour(colour)).toBe(false);
    expect(readColour('#ffffff')).toBe(true);
  });

  it('lets no text into a style sheet that is not made of a sharp and six hex digits', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'#0aF;{}():/*"\\\n ') }),
      fc.tuple(fc.constant('#ffffff'), fc.string({ minLength: 1 })).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(hostile, fc.constantFrom(...COLOURS), (text, name) => {
        const read = showLook.safeParse({ ...BOARD, colours: { [name]: text } });
        if (read.success) expect(Object.values(read.data.colours)).toEqual([expect.stringMatching(/^#[0-9a-f]{6}$/i)]);
      }),
    );
  });

  it('can be read, whatever colours it is asked to have', () => {
    const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
    const some = fc.dictionary(fc.constantFrom(...COLOURS), colour, { maxKeys: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...THEME_NAMES), some, (base, colours) => {
        const theme = themeOf({ base, colours, radiusPx: null });
        const isReadable = unreadable(theme).length === 0;
        expect(showLook.safeParse({ ...BOARD, base, colours }).success).toBe(isReadable);
      }),
    );
  });

  it('with a text that cannot be read is refused with the colours and the value', () => {
    const refused = showLook.safeParse({ ...BOARD, colours: { soft: '#30343a' } });
    expect(refused.error?.issues.map(({ path, message }) => [path, message])).toEqual([
      [['colours', 'soft'], `soft on surface has a contrast of 1.2 to 1; at least ${MIN_CONTRAST} to 1 can be read`],
      [['colours', 'soft'], `soft on raised has a contrast of 1.1 to 1; at least ${MIN_CONTRAST} to 1 can be read`],
    ]);
  });

  it.each([
    { base: 'neon' },
    { radiusPx: -1 },
    { radiusPx: 25 },
    { radiusPx: '3px' },
    { radiusPx: 1.5 },
    { logo: '../../etc/passwd' },
    { logo: 'A'.repeat(64) },
    { logo: `${'a'.repeat(64)}.png` },
    { colours: { ink: '#ffffff', shadow: '#000000' } },
    { css: 'body{}' },
  ])('has no other field and no other value: %j', (change) => {
    expect(showLook.safeParse({ ...BOARD, logo: 'a'.repeat(64) }).success).toBe(true);
    expect(showLook.safeParse({ ...BOARD, ...change }).success).toBe(false);
  });
});

it('the call that sets a look names it, or takes it away', () => {
  expect(lookSet.parse({ show: 'local', look: null })).toEqual({ show: 'local', look: null });
  expect(lookSet.safeParse({ show: 'local' }).success).toBe(false);
  expect(lookSet.safeParse({ look: BOARD }).success).toBe(false);
});
