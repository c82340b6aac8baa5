import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_JSON_DEPTH, parseUntrustedJson } from './untrusted-json.js';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('JSON that others wrote', () => {
  it('REC-3: reads like any JSON', () => {
    fc.assert(
      fc.property(
        fc.json({ stringUnit: 'binary' }).filter((text) => !text.includes('__proto__')),
        (text) => {
          expect(parseUntrustedJson(text)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('REC-3: leaves out fields named __proto__ at every depth, however they are spelled', () => {
    const text = '{"a":[{"__proto__":{"x":1},"b":1}],"\\u005f_proto__":{"x":1},"name":"__proto__"}';
    const value = parseUntrustedJson(text);
    expect(value).toEqual({ a: [{ b: 1 }], name: '__proto__' });
    expect(JSON.stringify(value)).toBe('{"a":[{"b":1}],"name":"__proto__"}');
    expect(Reflect.get(Object.assign({}, value), 'x')).toBeUndefined();
  });

  it('REC-3: other names of every object are fields like any', () => {
    const text = '{"constructor":{"prototype":1},"toString":2,"hasOwnProperty":3}';
    expect(JSON.stringify(parseUntrustedJson(text))).toBe(text);
  });

  it('REC-11: nests 32 levels and no more', () => {
    expect(parseUntrustedJson(nested(MAX_JSON_DEPTH))).toBeDefined();
    expect(() => parseUntrustedJson(nested(MAX_JSON_DEPTH + 1))).toThrow(SyntaxError);
    expect(() => parseUntrustedJson(nested(500_000))).toThrow('nests deeper than 32 levels');
  });

  it('REC-11: what is no JSON is a SyntaxError', () => {
    for (const text of ['', '{', 'undefined', '{"a":1}x']) expect(() => parseUntrustedJson(text)).toThrow(SyntaxError);
  });
});
