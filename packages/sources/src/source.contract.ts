import { sourceRecord } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import type { Source } from './source.js';
import { collect, framesOf } from './testing/records.js';

/** What holds for every source, whatever it reads. `open` gives a source of 20 records or more. */
export function sourceContract(name: string, open: () => Promise<Source>): void {
  describe(`${name}, as a source`, () => {
    it('describes itself before its first record', async () => {
      const { info } = await open();
      expect(info.spec.startsWith(info.kind)).toBe(true);
      expect(info.sim).not.toBe('');
    });

    it('gives records that fit the schema', async () => {
      const records = await collect((await open()).read());
      expect(records.filter((record) => !sourceRecord.safeParse(record).success)).toEqual([]);
    });

    it('gives a session before the first frame, then frames numbered from 1 whose times do not fall', async () => {
      const records = await collect((await open()).read());
      const frames = framesOf(records);
      expect(records[0]?.kind).toBe('session');
      expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => i + 1));
      const times = frames.map(({ sessionTime }) => sessionTime);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });

    it('has only cars in its frames that the session names', async () => {
      const records = await collect((await open()).read());
      const known = new Set(
        records.flatMap((record) => (record.kind === 'session' ? record.entries : [])).map(({ car }) => car),
      );
      const seen = new Set(framesOf(records).flatMap(({ cars }) => cars.map(({ car }) => car)));
      expect([...seen].filter((car) => !known.has(car))).toEqual([]);
    });

    it('can be read again, and by two at once', async () => {
      const source = await open();
      const [one, other] = await Promise.all([collect(source.read()), collect(source.read())]);
      expect(one).toEqual(other);
      expect(await collect(source.read())).toEqual(one);
    });

    it('ends at the next record, without an error, when it is stopped', async () => {
      const stop = new AbortController();
      let taken = 0;
      for await (const _ of (await open()).read({ signal: stop.signal })) {
        taken += 1;
        if (taken === 10) stop.abort();
      }
      expect(taken).toBe(10);
      expect(await collect((await open()).read({ signal: AbortSignal.abort() }))).toEqual([]);
    });
  });
}
