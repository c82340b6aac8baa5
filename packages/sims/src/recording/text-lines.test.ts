import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../testing/records.js';
import { LineTooLong, textLines } from './text-lines.js';

describe('cutting bytes into lines', () => {
  it('does not depend on how the bytes come', async () => {
    const text = fc.array(fc.oneof(fc.constantFrom('\n', '\r\n', 'ü', '€uro', '🏁'), fc.string()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 9 })), async (parts, sizes) => {
        const whole = parts.join('');
        const bytes = new TextEncoder().encode(whole);
        const pieces: Uint8Array[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i] ?? 50;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        const lines = await collect(textLines(pieces, 10_000));
        const expected = new TextDecoder().decode(bytes).split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(lines.map((line) => line.text)).toEqual(expected.map((line) => line.replace(/\r$/, '')));
        expect(lines.map((line) => line.number)).toEqual(expected.map((_, i) => i + 1));
        expect(lines.at(-1)?.ended ?? true).toBe(whole === '' || whole.endsWith('\n'));
      }),
    );
  });

  it('takes a piece only when the lines before it are taken', async () => {
    let given = 0;
    function* endless() {
      for (;;) {
        given += 1;
        yield new TextEncoder().encode('one\ntwo\nthr');
      }
    }
    const lines = textLines(endless(), 100);
    await lines.next();
    await lines.next();
    expect(given).toBe(1);
    expect((await lines.next()).value).toMatchObject({ number: 3, text: 'throne' });
    expect(given).toBe(2);
    await lines.return(undefined);
  });

  it('does not collect a line without an end', async () => {
    let given = 0;
    function* endless() {
      for (;;) {
        given += 1;
        yield new Uint8Array(1000).fill(120);
      }
    }
    await expect(collect(textLines(endless(), 10_000))).rejects.toThrow(LineTooLong);
    expect(given).toBe(11);
  });
});
