import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Spool } from './spool.js';

const record = (seq: number, size = 10) => ({ seq, bytes: new Uint8Array(size), at: seq * 100 });

it('gives any record that is not acknowledged, and nothing that is, however puts and acknowledgements follow', () => {
  const step = fc.oneof(
    fc.record({ put: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ acknowledge: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const spool = new Spool(1_000_000);
      let put = 0;
      let gone = 0;
      for (const each of steps) {
        if ('put' in each) for (let i = 0; i < each.put; i++) spool.put(record(++put));
        else {
          gone += Math.floor((put - gone) * each.acknowledge);
          expect(spool.acknowledge(gone === 0 ? [] : [[1, gone]])).toBe(gone);
        }
        expect(spool.fill(put * 100)).toEqual({
          records: put - gone,
          bytes: (put - gone) * 10,
          oldestMs: put === gone ? 0 : (put - gone - 1) * 100,
        });
        expect(spool.isEmpty).toBe(put === gone);
        expect(spool.from(1)?.seq).toBe(put === gone ? undefined : gone + 1);
        expect(spool.from(put)?.seq).toBe(put === gone ? undefined : put);
        expect(spool.from(put + 1)).toBeUndefined();
      }
    }),
  );
});

it('has no room at its bound, and has it again after an acknowledgement that it tells of', async () => {
  const spool = new Spool(25);
  for (const seq of [1, 2, 3]) spool.put(record(seq));
  expect(spool.hasRoom).toBe(false);
  const told = spool.nextAcknowledgement();
  spool.acknowledge([[1, 2]]);
  await told;
  expect(spool.hasRoom).toBe(true);
});

it('keeps what comes after a hole in what the server has', () => {
  const spool = new Spool(1_000);
  for (const seq of [1, 2, 3, 4]) spool.put(record(seq));
  expect(
    spool.acknowledge([
      [1, 1],
      [3, 4],
    ]),
  ).toBe(1);
  expect(spool.from(1)?.seq).toBe(2);
});
