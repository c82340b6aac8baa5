import { cpSync, mkdirSync } from 'node:fs';
import { type encodeRecord, type RelayHello, splitBatch } from '@okboxbox/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../testing/temporary-folder.js';
import { batch, frame, sessionLine } from '../../testing/race.js';
import { SessionRegistry } from './registry.js';

const inFolder = temporaryFolder();
const FRAMES = 12;
let folders = 0;

/** What becomes of one message of a relay. */
const fate = fc.oneof(
  { weight: 4, arbitrary: fc.constant('answered' as const) },
  // The connection is cut before it arrives, or before its answer does; or the server is killed then.
  { weight: 1, arbitrary: fc.constant('lost' as const) },
  { weight: 3, arbitrary: fc.constant('answer lost' as const) },
  { weight: 2, arbitrary: fc.constant('killed' as const) },
);
type Fate = 'answered' | 'lost' | 'answer lost' | 'killed';

/** Server and relay of an evening, the line between them, and fates for what goes over it. */
class Evening {
  registry!: SessionRegistry;
  #dir = '';
  #ids = 0;
  readonly #fates: Fate[];

  constructor(fates: readonly Fate[]) {
    this.#fates = [...fates];
  }

  /** Starts the server; from what was on the disk when it was killed, where it was. */
  async start(): Promise<void> {
    const before = this.#dir;
    folders += 1;
    this.#dir = inFolder(`evening-${folders}`);
    mkdirSync(this.#dir, { recursive: true });
    const killed = this.registry;
    if (before !== '') cpSync(before, this.#dir, { recursive: true });
    const log = pino({ level: 'silent' });
    const randomId = () => `${folders}-${++this.#ids}`;
    this.registry = await SessionRegistry.open(this.#dir, { clock: { now: () => Date.now() }, log, randomId });
    // Only now: what it still wrote is in a folder that nobody looks at any more.
    await killed?.close();
  }

  /** Feeds one session until its goodbye has been answered. A connection that is cut is opened again. */
  async feed(hello: RelayHello): Promise<void> {
    const wires = splitBatch(
      batch(
        [sessionLine({ simSessionKey: hello.simSessionKey }), ...Array.from({ length: FRAMES }, (_, n) => frame(n))],
        1,
      ),
    );
    for (;;) {
      const { registry } = this;
      const greeted = await this.#send(() => registry.attach(hello, 'local'));
      if (greeted === null) continue;
      const { session, stream, late } = greeted;
      session.relayConnected(stream);
      late?.greeted();
      let isCut = false;
      const cut = () => {
        if (isCut) return;
        isCut = true;
        session.relayDisconnected(stream);
        late?.left();
      };
      const sent = await this.#send(async () => {
        for (const wire of wires) session.receive(stream, wire);
        return session.durableRanges(stream);
      });
      if (sent === null) {
        cut();
        continue;
      }
      expect(sent).toEqual([[1, wires.length]]);
      const parted = await this.#send(async () => {
        cut();
        await registry.onRelayBye(session, stream, 'session-changed');
        return true;
      });
      if (parted !== null) return;
      cut();
    }
  }

  /** What the server answers; `null` where the relay does not hear it. */
  async #send<T>(call: () => Promise<T>): Promise<T | null> {
    const what = this.#fates.shift() ?? 'answered';
    if (what === 'lost') return null;
    if (what === 'killed') {
      // Somewhere in the middle of it.
      const running = call().catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      await this.start();
      await running;
      return null;
    }
    const answer = await call();
    return what === 'answered' ? answer : null;
  }
}

const hello = (number: number, run: string): RelayHello => ({
  relayId: 'rig',
  run,
  version: '0',
  protocol: 1,
  source: 'test',
  sim: 'iracing',
  playback: false,
  simSessionKey: number === 0 ? '0:0' : `77:${number}`,
});

it('an evening has as many sessions as the sim had, whatever answers are lost and whenever the server is killed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 30 }), async (fates) => {
      const evening = new Evening(fates);
      await evening.start();
      for (const number of [0, 1, 2]) await evening.feed(hello(number, `run-${number}`));
      const found = evening.registry.list();
      expect(found.map(({ status, entryCount }) => ({ status, entryCount }))).toEqual(
        Array.from({ length: 3 }, () => ({ status: 'ended', entryCount: 3 })),
      );
      for (const { sessionId } of found) {
        expect((await evening.registry.stateOf(sessionId))?.framesTotal).toBe(FRAMES);
      }
      await evening.registry.close();
    }),
    { numRuns: 25 },
  );
}, 60_000);

it('a run whose every answer is lost has one session', async () => {
  const evening = new Evening(Array.from({ length: 60 }, () => 'answer lost' as const));
  await evening.start();
  await evening.feed(hello(1, 'run-1'));
  expect(evening.registry.list()).toHaveLength(1);
  await evening.registry.close();
});

it('what had not been sent is added to the ended session: laps, summary and podium are folded again, over a restart', async () => {
  const evening = new Evening([]);
  await evening.start();
  const { session, stream } = await evening.registry.attach(hello(1, 'run-1'), 'local');
  const wire = (record: Parameters<typeof encodeRecord>[0], seq: number) => ({
    ...(splitBatch(batch([record], seq))[0] as ReturnType<typeof splitBatch>[number]),
  });
  session.receive(stream, wire(sessionLine({ simSessionKey: '77:1' }), 1));
  for (let n = 0; n < 50; n++) session.receive(stream, wire(frame(n), n + 2));
  await evening.registry.end(session.id, 'operator');
  const before = evening.registry.summary(session.id);

  const again = await evening.registry.attach(hello(1, 'run-1'), 'local');
  expect(again.late).toBeDefined();
  expect(again.session.id).toBe(session.id);
  expect(again.stream.synced).toEqual([[1, 51]]);
  again.session.relayConnected(again.stream);
  again.late?.greeted();
  // What comes late has the chequered flag: before it nobody had finished.
  for (let n = 50; n < 450; n++) {
    const { cars } = frame(n);
    const state = n < 449 ? 'racing' : 'checkered';
    const late = frame(n, { state, cars: cars.filter(({ car }) => car !== 0) });
    expect(again.session.receive(again.stream, wire(late, n + 2))).toEqual({ receipt: 'taken' });
  }
  expect(await again.session.durableRanges(again.stream)).toEqual([[1, 451]]);
  again.session.relayDisconnected(again.stream);
  again.late?.left();
  await evening.registry.onRelayBye(again.session, again.stream, 'stopped');

  const check = async () => {
    const after = evening.registry.summary(session.id);
    expect(after).toMatchObject({ status: 'ended', endedAt: before?.endedAt });
    expect(after?.lateAt).toBeGreaterThanOrEqual(before?.endedAt ?? 0);
    expect(after?.podium).not.toEqual(before?.podium);
    const state = await evening.registry.stateOf(session.id);
    expect(state?.framesTotal).toBe(450);
    expect(state?.timing.laps.length).toBeGreaterThan(2);
    expect(evening.registry.list()).toHaveLength(1);
    expect([...evening.registry.live]).toEqual([]);
  };
  await check();
  await evening.start();
  await check();
  // And still it is the session of that run.
  const third = await evening.registry.attach(hello(1, 'run-1'), 'local');
  expect([third.session.id, third.stream.synced]).toEqual([session.id, [[1, 451]]]);
  await evening.registry.close();
});

it('each relay of a session hears that it has ended, and a new run of one begins another', async () => {
  const evening = new Evening([]);
  await evening.start();
  const attach = (relayId: string, run: string) => evening.registry.attach({ ...hello(1, run), relayId }, 'local');
  const one = await attach('rig', 'a');
  const two = await attach('other', 'b');
  expect(two.session).toBe(one.session);
  await evening.registry.end(one.session.id, 'operator');
  for (const [relayId, run] of [
    ['rig', 'a'],
    ['other', 'b'],
  ] as const) {
    const { session, late } = await attach(relayId, run);
    expect([session.id, late !== undefined]).toEqual([one.session.id, true]);
  }
  const anew = await attach('rig', 'c');
  expect(anew.late).toBeUndefined();
  expect(anew.session.id).not.toBe(one.session.id);
  await evening.registry.close();
});
