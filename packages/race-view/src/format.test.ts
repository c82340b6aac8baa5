import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clock, gap, lapTime } from './format.js';

describe('a lap time', () => {
  it('has its minutes only where there are any, and always three decimals', () => {
    expect([107_309, 34_120, 60_000, 59_999, 600_001, 0].map(lapTime)).toEqual([
      '1:47.309',
      '34.120',
      '1:00.000',
      '59.999',
      '10:00.001',
      '0.000',
    ]);
  });

  it('reads back as the same milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 }), (ms) => {
        const [, minutes = '0', seconds] = /^(?:(\d+):)?(\d{1,2}\.\d{3})$/.exec(lapTime(ms)) ?? [];
        expect(Math.round(Number(minutes) * 60_000 + Number(seconds) * 1000)).toBe(ms);
        expect(Number(seconds)).toBeLessThan(60);
      }),
    );
  });
});

it('what is not known is a dash, never 0', () => {
  expect([lapTime(null), gap(null, null), clock(null)]).toEqual(['–', '–', '–']);
});

it('a gap is time, or laps where it is a lap or more', () => {
  expect([gap(1_284, null), gap(62_310, null), gap(null, 2), gap(5_000, 1)]).toEqual([
    '+1.284',
    '+1:02.310',
    '2 L',
    '1 L',
  ]);
});

it('a clock counts whole seconds and never runs below zero', () => {
  expect([clock(2_467_999), clock(86_400_000), clock(-5)]).toEqual(['0:41:07', '24:00:00', '0:00:00']);
});
