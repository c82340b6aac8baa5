import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_PACK_ELEMENT, pageOfPack } from './pack-page.js';

const VIEWER = `<head><script>const page = '${EMPTY_PACK_ELEMENT.replace('</', '<\\/')}';</script></head><body>${EMPTY_PACK_ELEMENT}</body>`;
const [before, after] = [VIEWER.slice(0, -(EMPTY_PACK_ELEMENT.length + 7)), '</script></body>'];

/** What stands in the element, as a browser takes it: up to the first sign that could end it. */
const heldIn = (page: string) => page.slice(before.length, -after.length).replace(/^<script[^>]*>/, '');

const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      '</script>',
      '<!--',
      '-->',
      ']]>',
      '<script>',
      '&lt;',
      '\u2028',
      '\u2029',
      '\u0000',
      '\\',
      '"',
      '$&',
    ),
    fc.string({ unit: 'binary' }),
  ),
);

describe('a pack in a page', () => {
  it('is there to the character, and cannot leave its element, whatever is in it', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        const text = parts.join('');
        const page = pageOfPack(VIEWER, text) ?? '';
        expect(page.startsWith(before) && page.endsWith(after)).toBe(true);
        const held = heldIn(page);
        expect(held).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(held)).toBe(text);
      }),
    );
  });

  it('adds nothing to the viewer but the pack', () => {
    const text = '{"manifest":{}}';
    expect(pageOfPack(VIEWER, text)?.replace(JSON.stringify(text), 'null')).toBe(VIEWER);
  });

  it('is not put into a page that is not the viewer', () => {
    expect(pageOfPack('<html><body>The pages</body></html>', '{}')).toBeNull();
  });
});
