import type { SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monotonicClock, type PaceClock, pace } from './pace.js';
import { collect, frame, SESSION } from './testing/records.js';

/** A clock that moves when it is waited on, by as much as asked plus a lateness. */
function drivenClock(lateness: () => number = () => 0): PaceClock & { waits: number[]; advance(ms: number): void } {
  let now = 5000;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    wait: async (ms) => {
      waits.push(ms);
      now += ms + lateness();
    },
  };
}

async function* from(records: readonly SourceRecord[]): AsyncGenerator<SourceRecord> {
  yield* records;
}

/** When each record was let out, in ms since the first. */
async function timesOf(records: readonly SourceRecord[], speed: number | null, clock: PaceClock): Promise<number[]> {
  const times: number[] = [];
  for await (const _ of pace(from(records), { speed, clock })) times.push(clock.now());
  return times.map((time) => time - times[0]!);
}

describe('letting records out', () => {
  it('keeps the steps of the session clock, at any speed', async () => {
    const records = [frame(10), frame(10.1), frame(10.1), frame(12)];
    expect((await timesOf(records, 1, drivenClock())).map(Math.round)).toEqual([0, 100, 100, 2000]);
    expect((await timesOf(records, 4, drivenClock())).map(Math.round)).toEqual([0, 25, 25, 500]);
    expect((await timesOf(records, 0.5, drivenClock())).map(Math.round)).toEqual([0, 200, 200, 4000]);
  });

  it('lets the beginning out at once where it is told to, and the rest when it is due', async () => {
    const clock = drivenClock();
    const times: number[] = [];
    const records = [frame(10), frame(20), frame(29), frame(31), frame(33)];
    for await (const _ of pace(from(records), { speed: 2, clock, skipS: 20 })) times.push(clock.now());
    expect(times.map((time) => time - 5000)).toEqual([0, 0, 0, 500, 1500]);
  });

  it('lets other records go with the frame after them, and the last ones at the end', async () => {
    const results: SourceRecord = { kind: 'results', capturedAt: 1, official: true, rows: [] };
    const records = [SESSION, frame(1), SESSION, SESSION, frame(2), results];
    const clock = drivenClock();
    expect(await timesOf(records, 1, clock)).toEqual([0, 0, 1000, 1000, 1000, 1000]);
    expect(await collect(pace(from(records), { speed: 1, clock }))).toEqual(records);
  });

  it('does not wait where there is no speed', async () => {
    const clock = drivenClock();
    await timesOf([frame(1), frame(100), frame(30)], null, clock);
    expect(clock.waits).toEqual([]);
  });

  it('goes on at once after a jump of more than 60 s, or backward', async () => {
    const records = [frame(10), frame(70), frame(131), frame(132), frame(5), frame(6)];
    expect(await timesOf(records, 1, drivenClock())).toEqual([0, 60_000, 60_000, 61_000, 61_000, 62_000]);
  });

  it('never drifts, however late its waits end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 2, maxLength: 50 }),
        fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1 }),
        async (steps, lateness) => {
          let i = 0;
          const records = [0, ...steps].map((_, j) => frame(steps.slice(0, j).reduce((sum, step) => sum + step, 0)));
          const times = await timesOf(
            records,
            1,
            drivenClock(() => lateness[i++ % lateness.length]!),
          );
          for (const [j, time] of times.entries()) {
            const late = time - (records[j] as { sessionTime: number }).sessionTime * 1000;
            expect(late).toBeGreaterThan(-1e-6);
            expect(late).toBeLessThan(Math.max(...lateness) + 1e-6);
          }
        },
      ),
    );
  });

  it('catches up after its reader was slow', async () => {
    const clock = drivenClock();
    const times: number[] = [];
    for await (const record of pace(from([frame(0), frame(1), frame(2), frame(3)]), { speed: 1, clock })) {
      times.push(clock.now() - 5000);
      if ((record as { sessionTime: number }).sessionTime === 0) clock.advance(2500);
    }
    expect(times).toEqual([0, 2500, 2500, 3000]);
  });

  it('ends at once when it is stopped, and closes its source', async () => {
    const stop = new AbortController();
    let closed = false;
    async function* endless() {
      try {
        for (let time = 0; ; time += 50) yield frame(time);
      } finally {
        closed = true;
      }
    }
    const seen: SourceRecord[] = [];
    for await (const record of pace(endless(), { speed: 1, clock: monotonicClock, signal: stop.signal })) {
      seen.push(record);
      setImmediate(() => stop.abort());
    }
    expect(seen).toHaveLength(1);
    expect(closed).toBe(true);
  });

  it('refuses a speed that cannot be played', async () => {
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(collect(pace(from([]), { speed, clock: drivenClock() }))).rejects.toThrow(`The speed ${speed}`);
    }
  });
});

describe("the machine's clock", () => {
  it('waits about as long as asked', async () => {
    const before = monotonicClock.now();
    await monotonicClock.wait(20);
    expect(monotonicClock.now() - before).toBeGreaterThan(18);
  });

  it('does not wait on a signal that has gone off', async () => {
    await monotonicClock.wait(60_000, AbortSignal.abort());
  });
});
