import {
  applyChange,
  broadcastRoom,
  carRoom,
  changeBetween,
  type DelayState,
  type FeedChange,
  type FeedMessage,
  type FeedState,
  liveRoom,
  NO_TOPICS,
  NOTHING_CUED,
  ROW_COLUMNS,
  type TopicRow,
} from '@okboxbox/protocol';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChannelClosedError,
  type ChannelSink,
  type EdgeChannel,
  type Output,
  type OwnerChannel,
  type ShowEvent,
} from './channel.js';
import { FEED_FORMATS, type FeedFormat } from './feed-format.js';
import { TopicEpochs, TopicLogs } from './topic-logs.js';

/** One owner and one edge that a channel joins. */
export interface ChannelUnderTest {
  readonly owner: OwnerChannel;
  readonly edge: EdgeChannel;
  /** Resolves when all that the owner has sent and all that the edge has reported is known on the other side. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const SHOW = 'local';
const SESSION = 'sess_1';
const LIVE: Output = { show: SHOW, sessionId: SESSION, audience: 'live', extra: 0 };
const PUBLIC: Output = { show: SHOW, sessionId: SESSION, audience: 'broadcast', extra: 0 };
const LATER: Output = { show: SHOW, sessionId: SESSION, audience: 'broadcast', extra: 2_000 };
const ROOM = liveRoom(SESSION);
const AT = 1_764_000_000_000;

/** A state of two cars in which `lap` differs. */
function stateOf(lap: number, cars: readonly number[] = [3, 4]): FeedState {
  return {
    session: {
      sessionId: SESSION,
      show: SHOW,
      status: 'live',
      sim: 'test',
      type: 'race',
      track: 'Testring',
      trackConfig: null,
      sectorStarts: [],
      limitLaps: null,
      limitTimeS: null,
      classes: [],
      positionsDerived: false,
      startedAt: 0,
    },
    clock: {
      sessionTimeMs: lap * 1_000,
      phase: 'racing',
      flags: ['green'],
      remainingMs: null,
      remainingLaps: null,
      leaderLap: lap,
    },
    entries: cars.map((car) => ({
      car,
      carNumber: String(car),
      name: `Driver ${car}`,
      teamName: null,
      driver: null,
      class: null,
      carModel: null,
      crew: [],
      officialStatus: null,
    })),
    rows: Object.fromEntries(cars.map((car) => [car, ROW_COLUMNS.map((_, column) => lap * 100 + column + car)])),
    events: [],
    onAir: NOTHING_CUED,
    topics: NO_TOPICS,
  };
}

const change = (from: number, to: number) => changeBetween(stateOf(from), stateOf(to)) as FeedChange;

/** All that an edge gets, in order: `feed sess 1`, `moved sess_2`, `nothing`. */
class Recorder implements ChannelSink {
  readonly all: string[] = [];
  readonly feeds: { readonly room: string; readonly format: FeedFormat; readonly message: FeedMessage }[] = [];
  readonly #watched: ReadonlySet<FeedFormat>;
  counts = 1;

  constructor(watched: readonly FeedFormat[] = ['rows']) {
    this.#watched = new Set(watched);
  }

  watchers(_room: string, format: FeedFormat): number {
    return this.#watched.has(format) ? this.counts : 0;
  }

  publish(room: string, format: FeedFormat, event: string, json: string): void {
    const message = JSON.parse(json);
    this.all.push([event, room, format, message.seq ?? message.state ?? message.at].join(' '));
    if (event === 'feed') this.feeds.push({ room, format, message });
  }

  publishNothing(room: string): void {
    this.all.push(`nothing ${room}`);
  }

  readonly onShow = (show: string, told: ShowEvent): void => {
    if (told.event !== 'delay') this.all.push(`${told.event} ${show}`);
  };
}

/** What every channel does, in one process or between several. */
export function channelContract(name: string, make: () => Promise<ChannelUnderTest>): void {
  describe(`${name}: the contract of channels`, () => {
    let channel: ChannelUnderTest;
    beforeEach(async () => {
      channel = await make();
    });
    afterEach(() => channel.close());

    /** A sink with viewers in every room, known to both sides. */
    const watched = async (formats: readonly FeedFormat[] = ['rows']) => {
      const recorder = new Recorder(formats);
      channel.edge.subscribe(recorder);
      channel.edge.onShow(recorder.onShow);
      await channel.settled();
      return recorder;
    };

    describe('order', () => {
      it('outputs, probes and events of one show arrive in the order in which they were sent', async () => {
        const { all } = await watched();
        const live = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        const shown = channel.owner.open(PUBLIC, { state: stateOf(1), at: AT });
        const room = broadcastRoom(SESSION, 0);
        live.send(change(1, 2), AT + 1);
        channel.owner.tell(SHOW, { event: 'followed', sessionId: 'sess_2' });
        shown.send(change(1, 2), AT + 1);
        channel.owner.tell(SHOW, { event: 'moved', extra: 0, sessionId: 'sess_2' });
        shown.probe();
        live.send(change(2, 3), AT + 2);
        const state: DelayState = { sessionId: SESSION, state: 'live', delayMs: 0 };
        channel.owner.tell(SHOW, { event: 'delay', outputs: [PUBLIC, LIVE], state });
        live.probe();
        channel.owner.tell(SHOW, { event: 'changed' });
        channel.owner.tell(SHOW, { event: 'ended', sessionId: SESSION });
        await channel.settled();
        expect(all).toEqual([
          `feed ${ROOM} rows 1`,
          `followed ${SHOW}`,
          `feed ${room} rows 1`,
          `moved ${SHOW}`,
          `nothing ${room}`,
          `feed ${ROOM} rows 2`,
          `broadcast:delay:state ${room} rows live`,
          `broadcast:delay:state ${ROOM} rows live`,
          `nothing ${ROOM}`,
          `changed ${SHOW}`,
          `ended ${SHOW}`,
        ]);
      });

      it('an event names its show and says all of what it was told', async () => {
        const told: [string, ShowEvent][] = [];
        channel.edge.onShow((show, event) => told.push([show, event]));
        await channel.settled();
        const events: ShowEvent[] = [
          { event: 'moved', extra: 2_000, sessionId: 'sess_2' },
          { event: 'followed', sessionId: 'sess_2' },
          { event: 'changed' },
          { event: 'delay', outputs: [LATER], state: { sessionId: SESSION, state: 'paused', delayMs: 10 } },
          { event: 'ended', sessionId: 'sess_1' },
        ];
        for (const event of events) channel.owner.tell('two', event);
        await channel.settled();
        expect(told).toEqual(events.map((event) => ['two', event]));
      });

      it('the delay’s state reaches both formats of a room before anything of it has aired', async () => {
        const { all } = await watched(['rows', 'json']);
        const state: DelayState = { sessionId: SESSION, state: 'holding', delayMs: 5_000 };
        channel.owner.tell(SHOW, { event: 'delay', outputs: [LATER], state });
        await channel.settled();
        const room = broadcastRoom(SESSION, 2_000);
        expect(all).toEqual(FEED_FORMATS.map((format) => `broadcast:delay:state ${room} ${format} holding`));
      });
    });

    describe('the mirror', () => {
      it('is there from the opening to the close of its output', async () => {
        expect(channel.edge.view(ROOM)).toBeUndefined();
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: null });
        await channel.settled();
        expect(channel.edge.view(ROOM)).toMatchObject({ state: stateOf(1), at: null });
        expect(channel.edge.view(broadcastRoom(SESSION, 0))).toBeUndefined();
        writer.send(change(1, 2), AT);
        await channel.settled();
        expect(channel.edge.view(ROOM)).toMatchObject({ state: stateOf(2), at: AT });
        writer.close();
        await channel.settled();
        expect(channel.edge.view(ROOM)).toBeUndefined();
      });

      it('gives those who join, at any moment, what the others have', async () => {
        const step = fc.record({
          lap: fc.integer({ min: 0, max: 5 }),
          cars: fc.subarray([3, 4, 5]),
          act: fc.constantFrom('send' as const, 'send' as const, 'reach' as const, 'epoch' as const),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
            const recorder = new Recorder();
            const stop = channel.edge.subscribe(recorder);
            await channel.settled();
            const writer = channel.owner.open(LIVE, { state: stateOf(0), at: AT });
            let sent = stateOf(0);
            let at = AT;
            let messages = 0;
            for (const { lap, cars, act } of steps) {
              at += 1;
              const next = stateOf(lap, cars);
              const different = changeBetween(sent, next);
              if (act === 'epoch') writer.beginEpoch();
              else if (act === 'reach' || different === null) writer.reach(at);
              else {
                writer.send(different, at);
                sent = next;
                messages += 1;
              }
              if (act === 'epoch') at -= 1;
              expect(writer.state).toEqual(sent);
              await channel.settled();
              const view = channel.edge.view(ROOM);
              expect(view).toMatchObject({ state: sent, at });
              const snapshot = JSON.parse(view?.snapshots.of('rows').text ?? '');
              expect(snapshot.state).toEqual(sent);
              expect(snapshot.at).toBe(at);
            }
            const folded = recorder.feeds.reduce((state, { message }) => applyChange(state, message), stateOf(0));
            expect(folded).toEqual(sent);
            expect(recorder.feeds).toHaveLength(messages);
            writer.close();
            stop();
            await channel.settled();
          }),
          { numRuns: 40 },
        );
      });

      it('gives the chunks of its logs as far as its state has come, and of no other epoch', async () => {
        const logs = new TopicEpochs();
        const rows = (_: string, from: number, to: number): TopicRow[] =>
          Array.from({ length: to - from }, (_, i) => [from + i]);
        logs.begin(new TopicLogs(SESSION, 'first', rows));
        const counted = (laps: number) => ({ ...stateOf(1), topics: { epoch: 'first', laps } });
        const writer = channel.owner.open(LIVE, { state: counted(2), at: AT, logs });
        await channel.settled();
        const lapsOf = async (epoch: string, nr = 0) => {
          const chunk = await channel.edge.view(ROOM)?.chunk('laps', epoch, nr);
          return chunk && (JSON.parse(chunk.json.text) as { rows: number[][] }).rows.flat();
        };
        expect(await lapsOf('first')).toEqual([0, 1]);
        writer.send({ topics: { laps: 3 }, appended: { laps: rows('laps', 2, 3) } }, AT + 100);
        await channel.settled();
        expect(await lapsOf('first')).toEqual([0, 1, 2]);
        expect([await lapsOf('second'), await lapsOf('first', 1)]).toEqual([null, null]);
      });

      it('numbers what it sends from 1 in each epoch, and never sends an instant before the last', async () => {
        const { feeds } = await watched();
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.send(change(1, 2), AT + 5);
        writer.send(change(2, 3), AT + 5);
        writer.beginEpoch();
        writer.send(change(3, 4), AT + 6);
        await channel.settled();
        expect(feeds.map(({ message }) => [message.seq, message.at])).toEqual([
          [1, AT + 5],
          [2, AT + 5],
          [1, AT + 6],
        ]);
        const [first, second, third] = feeds.map(({ message }) => message.epoch);
        expect(first).toBe(second);
        expect(third).not.toBe(first);
      });

      it('gives the same text to all callers, and names in place of rows for those that want them', async () => {
        const writer = channel.owner.open(LIVE, { state: stateOf(7), at: AT });
        await channel.settled();
        const view = channel.edge.view(ROOM);
        expect(view?.snapshots.of('rows')).toBe(channel.edge.view(ROOM)?.snapshots.of('rows'));
        const named = JSON.parse(view?.snapshots.of('json').text ?? '');
        expect(named.state).toMatchObject({ sessionId: SESSION, sessionTime: 7, phase: 'racing' });
        expect(named.state.entries.map(({ carNumber }: { carNumber: string }) => carNumber).sort()).toEqual(['3', '4']);
        writer.close();
      });
    });

    describe('what a viewer has missed', () => {
      const ticking = (n: number): FeedState => ({ ...stateOf(0), clock: { ...stateOf(0).clock, sessionTimeMs: n } });
      /** Sends `count` short changes, and returns the view after them. */
      const sent = async (count: number) => {
        const writer = channel.owner.open(LIVE, { state: ticking(0), at: AT });
        for (let n = 1; n <= count; n++) writer.send({ clock: { sessionTimeMs: n } }, AT + n);
        await channel.settled();
        const view = channel.edge.view(ROOM);
        if (view === undefined) throw new Error('there is no mirror');
        const { epoch } = view.snapshots.position;
        return { view, epoch, writer };
      };

      it('is the kept messages from its position on: they lead to the state that all have', async () => {
        const { view, epoch } = await sent(20);
        for (const seq of [17, 18, 19, 20]) {
          const { changes, ...position } = JSON.parse(view.since(epoch, seq)?.text ?? '');
          expect(position).toEqual({ epoch, seq: 20, at: AT + 20 });
          expect(changes.map((message: FeedMessage) => message.seq)).toEqual(
            Array.from({ length: 20 - seq }, (_, n) => seq + 1 + n),
          );
          expect(changes.reduce(applyChange, ticking(seq))).toEqual(ticking(20));
        }
      });

      it('is the whole state where the messages are of another epoch, not kept any more, or longer than the state', async () => {
        const { view, epoch, writer } = await sent(600);
        expect(view.since('another', 600)).toBeNull();
        expect(view.since(epoch, 601)).toBeNull();
        expect(view.since(epoch, 1)).toBeNull();
        expect(view.since(epoch, 500)).toBeNull();
        expect(view.since(epoch, 600)).not.toBeNull();
        writer.beginEpoch();
        await channel.settled();
        expect(channel.edge.view(ROOM)?.since(epoch, 600)).toBeNull();
      });
    });

    describe('own-car data', () => {
      const own = (carNumber: string, at: number) => ({ sessionId: SESSION, carNumber, at, own: { fuelL: at } });

      it('goes to the room of its car when it is new, and is kept for those who join', async () => {
        const { all } = await watched(['json']);
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.ownCars([own('7', 1), own('8', 1)]);
        writer.ownCars([own('7', 1), own('8', 2)]);
        await channel.settled();
        expect(all).toEqual([
          `own ${carRoom(SESSION, '7')} json 1`,
          `own ${carRoom(SESSION, '8')} json 1`,
          `own ${carRoom(SESSION, '8')} json 2`,
        ]);
        expect(channel.edge.view(ROOM)?.newestOwnCars).toEqual([own('7', 1), own('8', 2)]);
      });

      it('of a car that no longer sends any is not kept', async () => {
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.ownCars([own('7', 1)]);
        writer.ownCars([]);
        await channel.settled();
        expect(channel.edge.view(ROOM)?.newestOwnCars).toEqual([]);
      });
    });

    describe('viewers', () => {
      it('are counted over all sinks and both formats', async () => {
        channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        expect(channel.owner.interest(ROOM)).toBe(0);
        const one = await watched(['rows', 'json']);
        const two = await watched(['rows']);
        one.counts = 3;
        two.counts = 4;
        await channel.settled();
        expect(channel.owner.interest(ROOM)).toBe(10);
      });

      it('of a format that none of them wants are sent nothing of it', async () => {
        const { all } = await watched([]);
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.send(change(1, 2), AT + 1);
        await channel.settled();
        expect(all).toEqual([]);
      });

      it('get the named form where they want it', async () => {
        const { feeds } = await watched(['json']);
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.send(change(1, 2), AT + 1);
        await channel.settled();
        expect(feeds.map(({ format, message }) => [format, message])).toMatchObject([
          ['json', { seq: 1, at: AT + 1, sessionId: SESSION, sessionTime: 2 }],
        ]);
      });
    });

    describe('sinks and listeners', () => {
      it('all get the same, until they stop', async () => {
        const [first, second] = [new Recorder(), new Recorder()];
        const stops = [first, second].flatMap((each) => [
          channel.edge.subscribe(each),
          channel.edge.onShow(each.onShow),
        ]);
        await channel.settled();
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.send(change(1, 2), AT + 1);
        channel.owner.tell(SHOW, { event: 'changed' });
        await channel.settled();
        expect(first.all).toEqual([`feed ${ROOM} rows 1`, `changed ${SHOW}`]);
        expect(second.all).toEqual(first.all);
        for (const stop of stops) stop();
        writer.send(change(2, 3), AT + 2);
        channel.owner.tell(SHOW, { event: 'changed' });
        await channel.settled();
        expect(first.all).toHaveLength(2);
        expect(second.all).toHaveLength(2);
      });

      it('that throw keep nothing from the others, nor from the owner', async () => {
        const fails = () => {
          throw new Error('broken sink');
        };
        channel.edge.subscribe({ watchers: () => 1, publish: fails, publishNothing: fails });
        channel.edge.onShow(fails);
        const { all } = await watched();
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.send(change(1, 2), AT + 1);
        writer.probe();
        channel.owner.tell(SHOW, { event: 'changed' });
        await channel.settled();
        expect(all).toEqual([`feed ${ROOM} rows 1`, `nothing ${ROOM}`, `changed ${SHOW}`]);
      });
    });

    describe('closing', () => {
      it('refuses all that would be sent afterwards, and may be done twice', async () => {
        const { all } = await watched();
        const writer = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        writer.close();
        writer.close();
        expect(() => writer.send(change(1, 2), AT + 1)).toThrow(ChannelClosedError);
        expect(() => writer.reach(AT + 1)).toThrow(ChannelClosedError);
        expect(() => writer.probe()).toThrow(ChannelClosedError);
        expect(() => writer.beginEpoch()).toThrow(ChannelClosedError);
        expect(() => writer.ownCars([])).toThrow(ChannelClosedError);
        await channel.settled();
        expect(all).toEqual([]);
      });

      it('lets a room be opened again, in another epoch, and not while it is open', async () => {
        const first = channel.owner.open(LIVE, { state: stateOf(1), at: AT });
        await channel.settled();
        const epoch = channel.edge.view(ROOM)?.snapshots.position.epoch;
        expect(() => channel.owner.open(LIVE, { state: stateOf(1), at: AT })).toThrow(/open already/);
        first.close();
        channel.owner.open(LIVE, { state: stateOf(9), at: AT });
        await channel.settled();
        const view = channel.edge.view(ROOM);
        expect(view?.state).toEqual(stateOf(9));
        expect(view?.snapshots.position.epoch).not.toBe(epoch);
        // One that was closed does not close the one that came after it.
        first.close();
        await channel.settled();
        expect(channel.edge.view(ROOM)).toBeDefined();
      });
    });
  });
}
