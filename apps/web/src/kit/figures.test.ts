import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, duration, perSecond, share, shortId, signed, size, whole, words } from './figures.js';

describe('figures of operations', () => {
  it('write times in the unit that they are read in', () => {
    expect([0, 0.42, 38.4, 1_240, 61_000, 900_000, 9_000_000].map((ms) => words(duration(ms)))).toEqual([
      '0 ms',
      '0.4 ms',
      '38 ms',
      '1.2 s',
      '61 s',
      '15 min',
      '2.5 h',
    ]);
  });

  it('count in the plural but for one', () => {
    expect([0, 1, 12_480].map((count) => counted(count, 'message'))).toEqual([
      '0 messages',
      '1 message',
      '12,480 messages',
    ]);
    expect([counted(1, 'query', 'queries'), counted(2, 'query', 'queries')]).toEqual(['1 query', '2 queries']);
  });

  it('write what is above with its sign', () => {
    expect([12, -3_200, 0].map((ms) => words(signed(ms)))).toEqual(['+12 ms', '-3.2 s', '0 ms']);
  });

  it('write rates to a tenth while they are small', () => {
    expect([0, 9.96, 60, 12_480].map((rate) => words(perSecond(rate)))).toEqual([
      '0 /s',
      '10.0 /s',
      '60.0 /s',
      '12,480 /s',
    ]);
  });

  it('write memory and shares', () => {
    expect([840, 12_400, 3_100_000, 318_000_000].map((bytes) => words(size(bytes)))).toEqual([
      '840 B',
      '12.4 KB',
      '3.1 MB',
      '318 MB',
    ]);
    expect(words(share(0.0412))).toBe('4.1 %');
  });

  it('write what is not known as a dash, never as 0', () => {
    for (const write of [duration, perSecond, size, share, signed]) {
      for (const unknown of [null, undefined]) expect(write(unknown).number).toBe('–');
    }
    expect(whole(null)).toBe('–');
  });

  it('keep every figure short enough for its column', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (value) => {
        expect(words(duration(value)).length).toBeLessThanOrEqual(12);
      }),
    );
  });
});

it('an id is cut only where it is long', () => {
  expect([shortId('sess_short'), shortId('sess_xs27KWflU5aqvzFi')]).toEqual(['sess_short', 'sess_xs27KWfl…']);
});
