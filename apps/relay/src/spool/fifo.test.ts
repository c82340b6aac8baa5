import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fifo } from './fifo.js';

it('holds what was put in and not taken off, in order, however long it goes on', () => {
  // More goes in than comes out at first, and then the other way round, over thousands of items.
  const steps = fc.array(fc.tuple(fc.nat(900), fc.nat(900)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(steps, fc.nat(2_000), (turns, place) => {
      const fifo = new Fifo<number>();
      const plain: number[] = [];
      let next = 0;
      for (const [put, taken] of turns) {
        for (let i = 0; i < put; i++) {
          fifo.push(next);
          plain.push(next);
          next += 1;
        }
        for (let i = 0; i < taken; i++) expect(fifo.shift()).toBe(plain.shift());
        expect([fifo.length, fifo.first, fifo.at(place)]).toEqual([plain.length, plain[0], plain[place]]);
        expect(fifo.slice(1, place)).toEqual(plain.slice(1, place));
      }
    }),
    { numRuns: 60 },
  );
});
