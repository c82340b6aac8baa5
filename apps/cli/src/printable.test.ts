import { printable, printableLine } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, printableJson } from './printable.js';

const hostile = fc.string({ unit: fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)) });

describe('text from anyone, printed to a terminal', () => {
  it('holds nothing that it obeys, and the lines of the text', () => {
    expect(printable('a\u001b]0;x\u0007\n\u009b31m\u202eb')).toBe('a�]0;x�\n�31m�b');
    fc.assert(
      fc.property(hostile, (text) => {
        expect(printable(text)).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
      }),
    );
  });

  it('as JSON says the same, with escapes for what it obeys', () => {
    expect(printableJson({ a: '\u009b31m\u007f' })).toBe('{\n  "a": "\\u009b31m\\u007f"\n}');
    fc.assert(
      fc.property(hostile, (text) => {
        const json = printableJson({ [text]: text });
        expect(json).not.toMatch(/[^\P{Cc}\n]/u);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
      }),
    );
  });

  it('in one line stays in it, in the order in which it was written, with nothing that is not seen', () => {
    expect(printableLine('a\nb\u2028c\u202ed\u200be\ud800f')).toBe('a�b�c�d�e�f');
    expect(printableLine(`n${'\u0303'.repeat(50)}x`)).toBe(`n${'\u0303'.repeat(4)}x`);
    expect(printableLine('Zoë Ñandú 山田 Müller-Łódź')).toBe('Zoë Ñandú 山田 Müller-Łódź');
    fc.assert(
      fc.property(hostile, (text) => {
        expect(printableLine(text)).not.toMatch(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u);
      }),
    );
  });

  it('takes as many columns as a terminal gives it', () => {
    expect(['', 'abc', 'n\u0303', '山田', 'ｆ'].map(columnsOf)).toEqual([0, 3, 1, 4, 2]);
  });
});
