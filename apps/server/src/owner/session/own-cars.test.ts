import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, type SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { frame, sessionLine } from '../../testing/race.js';
import { foldSession } from './fold-session.js';
import { OwnCars } from './own-cars.js';
import { recordsOf } from './recording-records.js';
import { Session } from './session.js';

const entry = (car: number, carNumber: string, over: object = {}) => ({ car, carNumber, ...over });
const line = (...entries: ReturnType<typeof entry>[]) => sessionLine({ entries });
const own = (car: number, fuelL = 40) => frame(0, { own: { car, fuelL } });
const given = (cars: OwnCars) => cars.newest().map(({ carNumber, data }) => [carNumber, data.fuelL]);

describe('own-car data', () => {
  it('is matched by the sender’s own line, and refused where the session has another entry in that slot', () => {
    const cars = new OwnCars();
    cars.take(0, line(entry(1, '11'), entry(2, '22')), 0);
    cars.take(1, line(entry(1, '22'), entry(2, '11')), 0);
    expect(cars.take(1, own(1), 0)).toEqual({ kind: 'refused', reason: 'other_entry', carNumber: '22' });
    expect(given(cars)).toEqual([]);
    cars.take(1, line(entry(1, '11'), entry(2, '22')), 0);
    expect(cars.take(1, own(1), 0)).toEqual({ kind: 'given', carNumber: '11' });
  });

  it('of a slot that another entry has got since is not given to that one', () => {
    const cars = new OwnCars();
    cars.take(0, line(entry(1, '11')), 0);
    cars.take(0, own(1), 0);
    expect(given(cars)).toEqual([['11', 40]]);
    cars.take(0, line(entry(1, '22')), 0);
    expect(given(cars)).toEqual([]);
  });

  it('needs both lines: before they have come it is nobody’s', () => {
    const cars = new OwnCars();
    cars.take(0, line(entry(1, '11')), 0);
    expect(cars.take(1, own(1), 0)).toEqual({ kind: 'unused' });
    cars.take(1, line(entry(1, '11')), 0);
    cars.takeNote({ note: 'dropped', stream: 1, seq: 9, kind: 'session', reason: 'damaged', at: 0 });
    expect(cars.take(1, own(1), 0)).toEqual({ kind: 'unused' });
  });

  it('is refused with a token whose cars do not name the number exactly as it is written', () => {
    const cars = new OwnCars();
    cars.takeNote({ note: 'opened-stream', stream: 0, relayId: 'a', run: '1', playback: false, cars: ['7'], at: 0 });
    cars.take(0, line(entry(1, '07'), entry(2, '7')), 0);
    expect(cars.take(0, own(1), 0)).toEqual({ kind: 'refused', reason: 'not_in_token', carNumber: '07' });
    expect(cars.take(0, own(2), 0)).toEqual({ kind: 'given', carNumber: '7' });
  });

  it('of a number that two entries share is given to nobody, and a pace car is no entry', () => {
    const cars = new OwnCars();
    cars.take(0, line(entry(1, '7'), entry(2, '7'), entry(3, '8')), 0);
    expect(cars.take(0, own(1), 0)).toEqual({ kind: 'refused', reason: 'not_unique', carNumber: '7' });
    expect([...cars.sharedNumbers]).toContain('7');
    expect(cars.take(0, own(3), 0)).toEqual({ kind: 'given', carNumber: '8' });
    cars.take(0, line(entry(1, '7'), entry(2, '7', { pace: true })), 0);
    expect(cars.take(0, own(1), 0)).toEqual({ kind: 'given', carNumber: '7' });
    expect(cars.take(0, own(2), 0)).toEqual({ kind: 'refused', reason: 'unknown_car', carNumber: null });
  });

  it('comes from the sender whose driver is in the car', () => {
    const cars = new OwnCars();
    const withDriver = (name: string) => line(entry(1, '11', { teamName: 'Crew', driver: { name } }));
    cars.take(0, withDriver('Ann'), 0);
    cars.take(1, withDriver('Ann'), 0);
    cars.take(0, own(1, 40), 0);
    // Both send: who began goes on.
    cars.take(1, own(1, 10), 10);
    expect(given(cars)).toEqual([['11', 40]]);
    // The first driver gets out.
    cars.take(0, frame(1), 20);
    expect(cars.take(1, own(1, 11), 30)).toEqual({ kind: 'given', carNumber: '11' });
    // Both say that they drive; the session has Ben in the car, and so has the line of the first PC.
    cars.take(0, withDriver('Ben'), 40);
    cars.take(0, own(1, 39), 50);
    cars.take(1, own(1, 12), 60);
    expect(given(cars)).toEqual([['11', 39]]);
    // A PC that is cut off while it drives does not keep the car.
    cars.take(1, own(1, 13), 10_000);
    expect(given(cars)).toEqual([['11', 13]]);
  });

  it('comes from a token that names cars before one that names none', () => {
    const cars = new OwnCars();
    cars.take(0, line(entry(1, '11')), 0);
    cars.take(1, line(entry(1, '11')), 0);
    cars.takeNote({ note: 'stream-token', stream: 1, cars: ['11'], at: 0 });
    cars.take(0, own(1, 40), 0);
    expect(cars.take(1, own(1, 10), 10)).toEqual({ kind: 'given', carNumber: '11' });
    expect(cars.take(0, own(1, 41), 20)).toEqual({ kind: 'unused' });
    expect(given(cars)).toEqual([['11', 10]]);
  });
});

const NUMBERS = ['7', '07', '11', '22'];
const lines = fc
  .array(fc.record({ car: fc.integer({ min: 0, max: 3 }), carNumber: fc.constantFrom(...NUMBERS) }), { maxLength: 4 })
  .map((entries) => ({ does: 'line' as const, entries }));
const step = fc.tuple(
  fc.integer({ min: 0, max: 2 }),
  fc.oneof(
    { weight: 2, arbitrary: lines },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }).map((car) => ({ does: 'own' as const, car })) },
    { weight: 1, arbitrary: fc.constant({ does: 'frame' as const }) },
  ),
);
const tokens = fc.array(fc.option(fc.subarray(NUMBERS)), { minLength: 3, maxLength: 3 });

/** Which data may be given under each number: what was sent, by the sender's own line at that moment. */
class Truth {
  readonly #lines = new Map<number, readonly { car: number; carNumber: string }[]>();
  readonly #ownerOf = new Map<unknown, string>();

  record(stream: number, what: SourceRecord): void {
    if (what.kind === 'session') this.#lines.set(stream, what.entries);
    if (what.kind !== 'frame' || what.own === undefined) return;
    const mine = this.#lines.get(stream)?.filter(({ car }) => car === what.own?.car) ?? [];
    const isAlone = (number: string) =>
      this.#lines.get(stream)?.filter(({ carNumber }) => carNumber === number).length === 1;
    if (mine.length === 1 && mine[0] && isAlone(mine[0].carNumber)) {
      this.#ownerOf.set(what.own.secret, mine[0].carNumber);
    }
  }

  owner(secret: unknown): string | undefined {
    return this.#ownerOf.get(secret);
  }
}

function recordOf(what: { does: string; car?: number; entries?: { car: number; carNumber: string }[] }, n: number) {
  if (what.does === 'line') return sessionLine({ entries: what.entries ?? [] });
  return frame(n, what.car === undefined ? {} : { own: { car: what.car, secret: `secret-${n}-` } });
}

describe('whatever relays send', () => {
  it('no own-car data is given under another number than its sender’s own line has for it', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        tokens,
        fc.infiniteStream(fc.integer({ min: 0, max: 3_000 })),
        (steps, named, waits) => {
          const cars = new OwnCars();
          const truth = new Truth();
          named.forEach((numbers, stream) => {
            cars.takeNote({ note: 'stream-token', stream, cars: numbers, at: 0 });
          });
          let now = 0;
          steps.forEach(([stream, what], n) => {
            const [wait] = waits.take(1);
            now += wait ?? 0;
            if (what.does === 'frame' && n % 5 === 0) {
              cars.takeNote({ note: 'primary', stream, reason: 'test', at: now });
            }
            const record = recordOf(what, n);
            truth.record(stream, record);
            cars.take(stream, record, now);
            for (const { carNumber, data } of cars.newest()) expect(truth.owner(data.secret)).toBe(carNumber);
            // A restart from here decides the same of what comes.
            expect(new OwnCars(structuredClone(cars.image())).image()).toEqual(cars.image());
          });
        },
      ),
    );
  });

  it('no recording, of a session that runs or has ended, has own-car data of a car that is not asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), tokens, async (steps, named) => {
        const dir = mkdtempSync(join(tmpdir(), 'own-cars-'));
        const deps = { clock: { now: () => 1_000 }, log: pino({ level: 'silent' }) };
        const facts = { sessionId: 'sess_own', show: 'local', sim: 'iracing', simSessionKey: '1:0', startedAt: 0 };
        const session = await Session.begin(dir, facts, deps);
        const truth = new Truth();
        const live = new Map<string, unknown>();
        try {
          const streams = named.map((cars, i) => session.openStream(`relay-${i}`, 'run', false, cars));
          const next = [1, 1, 1];
          steps.forEach(([i, what], n) => {
            const stream = streams[i];
            const record = recordOf(what, n);
            truth.record(i, record);
            const seq = next[i] ?? 1;
            next[i] = seq + 1;
            if (stream) session.receive(stream, { seq, kind: record.kind, bytes: encodeRecord(record, seq) });
            for (const { carNumber, data } of session.state.own.newest()) live.set(`${data.secret}`, carNumber);
          });
          for (const [secret, carNumber] of live) expect(truth.owner(secret)).toBe(carNumber);
          await session.synced();
          const timeline = join(dir, 'sess_own');
          for (const carNumber of NUMBERS) {
            for await (const record of recordsOf(timeline, { ownCars: new Set([carNumber]) })) {
              if (record.kind === 'frame' && record.own) expect(truth.owner(record.own.secret)).toBe(carNumber);
            }
          }
          for await (const record of recordsOf(timeline, { ownCars: new Set() })) {
            expect(JSON.stringify(record)).not.toContain('secret-');
          }
          // A server that begins again knows what this one knew.
          const folded = await foldSession(timeline, { repair: false, log: deps.log });
          expect(folded?.state.own.image()).toEqual(session.state.own.image());
        } finally {
          await session.close();
          rmSync(dir, { recursive: true });
        }
      }),
      { numRuns: 25 },
    );
  });
});
