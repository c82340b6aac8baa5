import type { SeqRanges } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Due, SendOrder } from './send-order.js';

/** What a server would say that has some numbers. */
function rangesOf(numbers: ReadonlySet<number>): SeqRanges {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

describe('the order in which records go', () => {
  it('is that of capture where nothing is left out', () => {
    const order = new SendOrder([], () => 1);
    expect(order.next(10)).toEqual({ from: 1, to: 10, isLive: true });
    order.sent({ from: 1, to: 10, isLive: true }, 4);
    expect(order.next(10)).toEqual({ from: 5, to: 10, isLive: true });
    order.acknowledge([[1, 4]]);
    order.rewind();
    expect(order.next(10)).toEqual({ from: 5, to: 10, isLive: true });
  });

  it('says when too many parts are left out, and which of them is filled the soonest', () => {
    const order = new SendOrder([[1, 100]], () => 1);
    let last = 100;
    for (let parts = 1; !order.isCrowded; parts++) {
      expect(parts).toBeLessThan(100);
      last += parts === 20 ? 4 : 30;
      order.goAhead(last - 1);
      order.sent({ from: last, to: last, isLive: true }, last);
    }
    const gap = order.smallestGap as Due;
    expect(gap).toEqual({ from: 101 + 19 * 30, to: 103 + 19 * 30, isLive: false });
    order.sent(gap, gap.to);
    expect(order.isCrowded).toBe(false);
    expect(order.smallestGap).toEqual({ from: 101, to: 129, isLive: false });
  });

  it('has what is live before what was left out', () => {
    const order = new SendOrder([[1, 100]], () => 1);
    order.goAhead(499);
    expect(order.next(500)).toEqual({ from: 500, to: 500, isLive: true });
    order.sent({ from: 500, to: 500, isLive: true }, 500);
    expect(order.next(500)).toEqual({ from: 101, to: 499, isLive: false });
    order.sent({ from: 101, to: 499, isLive: false }, 150);
    expect(order.next(501)).toEqual({ from: 501, to: 501, isLive: true });
    expect(order.next(500)).toEqual({ from: 151, to: 499, isLive: false });
  });

  it('goes on after a new connection with what is missing, by what the server says', () => {
    const order = new SendOrder(
      [
        [1, 150],
        [500, 620],
      ],
      () => 1,
    );
    expect(order.left(700)).toBe(349 + 80);
    expect(order.acknowledged).toBe(150);
    expect(order.next(700)).toEqual({ from: 621, to: 700, isLive: true });
    order.sent({ from: 621, to: 700, isLive: true }, 700);
    expect(order.next(700)).toEqual({ from: 151, to: 499, isLive: false });
  });

  it('brings a server to have every number once, whatever is left out and whatever it loses', () => {
    const deed = fc.record({
      grow: fc.integer({ min: 0, max: 30 }),
      goAhead: fc.boolean(),
      send: fc.integer({ min: 1, max: 20 }),
      isLost: fc.boolean(),
      connectsAgain: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const has = new Set<number>();
        let order = new SendOrder([], () => 1);
        let last = 1;
        const send = (count: number, isLost: boolean) => {
          const due = order.next(last);
          if (due === null) return false;
          const to = Math.min(due.to, due.from + count - 1);
          for (let seq = due.from; seq <= to && !isLost; seq++) has.add(seq);
          order.sent(due, to);
          order.acknowledge(rangesOf(has));
          if (isLost) order.rewind();
          return true;
        };
        send(1, false);
        for (const { grow, goAhead, send: count, isLost, connectsAgain } of deeds) {
          last += grow;
          const due = order.next(last);
          if (goAhead && due?.isLive && due.from < last) order.goAhead(last - 1);
          send(count, isLost);
          if (connectsAgain) order = new SendOrder(rangesOf(has), () => 1);
        }
        while (send(50, false));
        expect(order.hasAll(last)).toBe(true);
        expect(order.left(last)).toBe(0);
        expect(rangesOf(has)).toEqual([[1, last]]);
      }),
    );
  });
});
