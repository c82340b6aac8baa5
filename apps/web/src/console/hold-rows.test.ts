import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdRows } from './hold-rows.js';

const row = (id: number, figure = 0) => ({ id, figure });
const idOf = ({ id }: { id: number }) => id;

describe('rows that somebody points at', () => {
  it('keep their places and show their newest figures', () => {
    const { rows, waiting } = holdRows([row(2), row(1)], [row(1, 9), row(2, 5)], idOf);
    expect(rows).toEqual([row(2, 5), row(1, 9)]);
    expect(waiting).toBe(0);
  });

  it('stay where they are when newer ones come, which are counted', () => {
    const { rows, waiting } = holdRows([row(2), row(1)], [row(4), row(3), row(2), row(1)], idOf);
    expect(rows.map(idOf)).toEqual([2, 1]);
    expect(waiting).toBe(2);
  });

  it('stay as they were when they are gone', () => {
    expect(holdRows([row(2, 7), row(1)], [row(1)], idOf).rows).toEqual([row(2, 7), row(1)]);
  });

  it('are followed by the next page', () => {
    const { rows, waiting } = holdRows([row(9), row(8)], [row(9), row(8), row(7), row(6)], idOf);
    expect(rows.map(idOf)).toEqual([9, 8, 7, 6]);
    expect(waiting).toBe(0);
  });

  it('are never fewer, never twice, and never change places', () => {
    const ids = fc.uniqueArray(fc.nat(20), { maxLength: 12 });
    fc.assert(
      fc.property(ids, ids, (drawn, fresh) => {
        const { rows, waiting } = holdRows(
          drawn.map((id) => row(id)),
          fresh.map((id) => row(id, 1)),
          idOf,
        );
        const shown = rows.map(idOf);
        expect(shown.slice(0, drawn.length)).toEqual(drawn);
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.length + waiting).toBe(new Set([...drawn, ...fresh]).size);
      }),
    );
  });
});
