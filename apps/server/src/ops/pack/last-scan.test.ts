import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastScan, Patterns } from './last-scan.js';
import { formsOf } from './secret-forms.js';

const patternsOf = (...secrets: string[]): Patterns => {
  const patterns = new Patterns();
  for (const value of secrets) for (const form of formsOf({ value, isOpaque: true })) patterns.add(form);
  return patterns;
};
/** Whether a scan finds a secret in a text that comes in pieces of such sizes. */
const finds = (patterns: Patterns, text: string, sizes: readonly number[] = [1_000_000]): boolean => {
  const scan = new LastScan(patterns);
  const bytes = Buffer.from(text);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    scan.push(bytes.subarray(at, at + size));
    at += size;
  }
  return scan.found;
};
const secret = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 80 });
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

describe('the last scan', () => {
  it('finds a secret in each of its forms wherever it stands, over the borders of pieces', () => {
    fc.assert(
      fc.property(
        secret,
        fc.string({ maxLength: 100 }),
        fc.string({ maxLength: 100 }),
        sizes,
        (value, before, after, pieces) => {
          const patterns = patternsOf(value);
          const inJson = JSON.stringify({ a: [`${before}${value}${after}`] });
          const twice = JSON.stringify({ message: inJson });
          const inUrl = encodeURIComponent(`${before}${value}`);
          const base64 = Buffer.from(before + value + after).toString('base64');
          const base64url = Buffer.from(before + value + after).toString('base64url');
          const hex = Buffer.from(before + value).toString('hex');
          for (const text of [inJson, twice, inUrl, base64, base64url, hex]) {
            expect([text, finds(patterns, text, pieces)]).toEqual([text, true]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds half of one that is long enough', () => {
    const value = 'kJ8x2mQpL5vR9tWzYb3nC7dF';
    const patterns = patternsOf(value);
    expect(finds(patterns, `cut: ${value.slice(0, 12)}…`)).toBe(true);
    expect(finds(patterns, `cut: …${value.slice(12)}`)).toBe(true);
    expect(finds(patterns, `cut: ${value.slice(0, 11)}…`)).toBe(false);
  });

  it('finds exactly what is there, among as many as there may be', () => {
    const many = Array.from({ length: 2_000 }, (_, n) => `secret-number-${n * 7919}-of-many`);
    const patterns = new Patterns();
    for (const each of many) patterns.add(each);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(many.length - 1), sizes, (text, n, pieces) => {
        const known = many[n] as string;
        expect(finds(patterns, text, pieces)).toBe(many.some((each) => text.includes(each)));
        expect(finds(patterns, `${text}${known}`, pieces)).toBe(true);
        expect(finds(patterns, `${text}${known.slice(0, -1)}!`, pieces)).toBe(many.some((each) => text.includes(each)));
      }),
      { numRuns: 200 },
    );
  });

  it('asks about every word that is as long as a sign-in code, and finds those that are one', () => {
    const code = 'aB3-eF6_hI9jK2mN5pQ8sT1vW4yZ7cD0';
    for (const [text, isFound] of [
      [`{"code":"${code}"}`, true],
      [`…#${code}`, true],
      [`a ${code.slice(1)} b`, false],
    ] as const) {
      const scan = new LastScan(new Patterns(), (word) => word === code);
      for (const byte of Buffer.from(`${text} `)) scan.push(Uint8Array.of(byte));
      expect([text, scan.found]).toEqual([text, isFound]);
    }
  });

  it('refuses to look for what stands in any text', () => {
    expect(() => new Patterns().add('short')).toThrow(/too short/);
  });
});
