import { describe, expect, it } from 'vitest';
import { OrderHold } from './order-hold.js';

describe('the order that rows are drawn in', () => {
  it('follows the race while nobody points at it', () => {
    const hold = new OrderHold([1, 2, 3]);
    expect(hold.shown([2, 1, 3], 10)).toEqual([2, 1, 3]);
  });

  it('is held while the pointer moves over the rows, and for two seconds after', () => {
    const hold = new OrderHold([1, 2, 3]);
    hold.point(1_000);
    expect(hold.shown([2, 1, 3], 1_500)).toEqual([1, 2, 3]);
    hold.point(2_500);
    expect(hold.shown([2, 1, 3], 4_499)).toEqual([1, 2, 3]);
    expect(hold.shown([2, 1, 3], 4_500)).toEqual([2, 1, 3]);
  });

  it('is let go at once when the pointer leaves', () => {
    const hold = new OrderHold([1, 2]);
    hold.point(1_000);
    hold.leave();
    expect(hold.shown([2, 1], 1_001)).toEqual([2, 1]);
  });

  it('is never held back where cars came, went or became others', () => {
    const hold = new OrderHold([1, 2]);
    hold.point(1_000);
    expect(hold.shown([1, 2, 3], 1_001)).toEqual([1, 2, 3]);
    expect(hold.shown([1, 2], 1_002)).toEqual([1, 2]);
    expect(hold.shown([1, 4], 1_003)).toEqual([1, 4]);
  });
});
