import {
  applyChange,
  type FeedMessage,
  type FeedState,
  type SourceRecord,
  TOPIC_NAMES,
  TOPICS,
  type TopicName,
  type TopicRow,
} from '@okboxbox/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryChannel } from '../../channel/memory-channel.js';
import { frame, sessionLine } from '../../testing/race.js';
import { SessionState } from '../session/session-state.js';
import { BroadcastAudience } from './broadcast-audience.js';
import { LineMaker } from './line-maker.js';

const FACTS = { sessionId: 'sess_1', show: 'local', sim: 'test', simSessionKey: '7:0', startedAt: 1_000 };
const PUBLIC = TOPIC_NAMES.filter((topic) => TOPICS[topic].isPublic);
const EXTRAS = [0, 4_000];

/** A record and when it was received; one that is left out comes with the next fold of all. */
interface Taken {
  readonly record: SourceRecord;
  readonly at: number;
  isLeftOut: boolean;
}

/** Someone who has joined an output: what is shown, and the rows of its epoch, as far as they were loaded and brought. */
interface Viewer {
  readonly audience: BroadcastAudience;
  state: FeedState;
  rows: Map<TopicName, TopicRow[]>;
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant('frames' as const), count: fc.integer({ min: 1, max: 120 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('left out' as const), count: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('message' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('delay' as const), ms: fc.integer({ min: 0, max: 120_000 }) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('join' as const), extra: fc.constantFrom(...EXTRAS) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('load' as const), who: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('refold' as const, 'restart' as const) }) },
);

/** A session, its line and the outputs that read it, with a clock that the test drives. */
class Driven {
  #now = FACTS.startedAt;
  #delayMs = 0;
  #position = Number.NEGATIVE_INFINITY;
  #epochs = 0;
  #frames = 0;
  readonly #taken: Taken[] = [];
  #state = newState();
  #maker = new LineMaker(this.#state);
  #channel!: MemoryChannel;
  #audiences: BroadcastAudience[] = [];
  #viewers: Viewer[] = [];

  constructor() {
    this.#open();
    this.#take(sessionLine());
  }

  do(step: Parameters<Parameters<typeof stepOf>[0]>[0]): void {
    if (step.act === 'frames') for (let i = 0; i < step.count; i++) this.#take(this.#frame());
    else if (step.act === 'left out') for (let i = 0; i < step.count; i++) this.#take(this.#frame(), true);
    else if (step.act === 'message') this.#message();
    else if (step.act === 'wait') this.#advance(step.ms);
    else if (step.act === 'delay') this.#delayMs = step.ms;
    else if (step.act === 'join') this.#join(step.extra);
    else if (step.act === 'load') this.#load(step.who);
    else if (step.act === 'refold') this.#refold();
    else this.#restart();
    this.#advance(0);
    for (const viewer of this.#viewers) this.#check(viewer);
  }

  /** Lets all of it air; everyone who loads has all rows then. */
  end(): void {
    this.#advance(400_000);
    for (const [who, viewer] of this.#viewers.entries()) {
      this.#load(who);
      for (const topic of PUBLIC) {
        expect(viewer.rows.get(topic) ?? []).toEqual(this.#state.logs.rows(topic, 0, Number.POSITIVE_INFINITY));
      }
    }
  }

  /** What a viewer holds is the beginning of the log, up to the instant that is shown, and each row once. */
  #check({ audience, state, rows }: Viewer): void {
    const at = audience.aired?.at as number;
    expect(at).toBeLessThanOrEqual(this.#position - Number(audience.extra));
    expect(state.topics).not.toHaveProperty('privateEvents');
    const fold = this.#folds.get(state.topics.epoch) as SessionState;
    for (const topic of PUBLIC) {
      const count = state.topics[topic] ?? 0;
      const held = rows.get(topic) ?? [];
      expect(held.length).toBeLessThanOrEqual(count);
      expect(held).toEqual(fold.logs.rows(topic, 0, held.length));
      for (const instant of this.#instantsOf(fold, topic).slice(0, count)) expect(instant).toBeLessThanOrEqual(at);
    }
  }
  /** The fold that each epoch is of. */
  readonly #folds = new Map<string, SessionState>();
  /** When each row of a fold was there, by topic. */
  readonly #instants = new Map<SessionState, Map<TopicName, number[]>>();

  #instantsOf(fold: SessionState, topic: TopicName): number[] {
    const known = this.#instants.get(fold) ?? new Map<TopicName, number[]>();
    this.#instants.set(fold, known);
    const instants = known.get(topic) ?? [];
    known.set(topic, instants);
    return instants;
  }

  #note(fold: SessionState): void {
    const counts = fold.logs.counts();
    for (const topic of TOPIC_NAMES) {
      const instants = this.#instantsOf(fold, topic);
      while (instants.length < counts[topic]) instants.push(fold.at);
    }
    this.#folds.set(this.#maker.line.newest.topics.epoch, fold);
  }

  #frame(): SourceRecord {
    this.#frames += 5;
    return frame(this.#frames, { capturedAt: this.#now });
  }

  #message(): void {
    const sessionTime = 100 + this.#frames / 10;
    this.#take({ kind: 'message', capturedAt: this.#now, sessionTime, car: 1, what: 'note', text: 'noted' });
  }

  #take(record: SourceRecord, isLeftOut = false): void {
    this.#advance(500);
    const taken = { record, at: Math.ceil(this.#now), isLeftOut };
    this.#taken.push(taken);
    if (isLeftOut) return;
    applyTo(this.#state, taken, this.#taken.length);
    this.#maker.observe(this.#state, this.#now);
    this.#maker.flush(this.#state, this.#now);
    this.#note(this.#state);
  }

  /** What was left out is here: all is folded in order, and what was shown may have been otherwise. */
  #refold(): void {
    for (const taken of this.#taken) taken.isLeftOut = false;
    const state = newState();
    for (const [i, taken] of this.#taken.entries()) applyTo(state, taken, i + 1);
    this.#state = state;
    this.#maker.beginEpoch(state);
    this.#maker.observe(state, this.#now);
    this.#maker.flush(state, this.#now);
    this.#note(state);
  }

  /** The line is made of the timeline, and everyone joins anew. */
  #restart(): void {
    const state = newState();
    this.#state = state;
    this.#maker = new LineMaker(state);
    this.#taken.forEach((taken, i) => {
      if (taken.isLeftOut) return;
      applyTo(state, taken, i + 1);
      this.#maker.observe(state, this.#now);
      this.#maker.flush(state, this.#now);
      this.#note(state);
    });
    this.#open();
  }

  #open(): void {
    this.#viewers = [];
    this.#channel = new MemoryChannel({ randomId: () => `epoch-${++this.#epochs}` });
    this.#channel.subscribe({
      watchers: (_room, format) => (format === 'rows' ? 1 : 0),
      publish: (room, _format, _event, json) => this.#heard(room, JSON.parse(json) as FeedMessage),
      publishNothing: () => undefined,
    });
    this.#audiences = EXTRAS.map((extra) => {
      const output = { show: 'local', sessionId: FACTS.sessionId, audience: 'broadcast', extra } as const;
      return new BroadcastAudience(output, this.#maker.line, { channel: this.#channel });
    });
  }

  #advance(ms: number): void {
    this.#now += ms;
    this.#position = Math.max(this.#position, this.#now - this.#delayMs);
    for (const audience of this.#audiences) audience.advance(this.#position - Number(audience.extra));
  }

  #join(extra: number): void {
    const audience = this.#audiences.find((each) => each.extra === extra) as BroadcastAudience;
    const view = this.#channel.view(audience.room);
    if (view === undefined) return;
    const { state } = JSON.parse(view.snapshots.of('rows').text) as { state: FeedState };
    this.#viewers.push({ audience, state, rows: new Map() });
  }

  /** A viewer loads the chunks of all topics, as far as its picture has come. */
  #load(who: number): void {
    const viewer = this.#viewers[who % Math.max(1, this.#viewers.length)];
    const view = viewer && this.#channel.view(viewer.audience.room);
    if (viewer === undefined || view === undefined) return;
    const { topics } = viewer.state;
    expect(view.chunk('privateEvents', topics.epoch, 0)).toBeNull();
    for (const topic of PUBLIC) {
      const count = topics[topic] ?? 0;
      const { chunkRows } = TOPICS[topic];
      const rows: TopicRow[] = [];
      for (let nr = 0; nr * chunkRows < count; nr++) {
        const chunk = view.chunk(topic, topics.epoch, nr);
        expect(chunk?.isFull).toBe((nr + 1) * chunkRows <= count);
        rows.push(...(JSON.parse(chunk?.json.text as string) as { rows: TopicRow[] }).rows);
      }
      expect(rows).toHaveLength(count);
      expect(view.chunk(topic, topics.epoch, Math.ceil(count / chunkRows))).toBeNull();
      viewer.rows.set(topic, rows);
    }
  }

  #heard(room: string, message: FeedMessage): void {
    for (const viewer of this.#viewers) {
      if (viewer.audience.room !== room) continue;
      if (message.topics?.epoch !== undefined) viewer.rows = new Map();
      viewer.state = applyChange(viewer.state, message);
      for (const [topic, rows] of Object.entries(message.appended ?? {}) as [TopicName, readonly TopicRow[]][]) {
        const from = (viewer.state.topics[topic] ?? 0) - rows.length;
        const held = viewer.rows.get(topic);
        if (held?.length === from) held.push(...rows);
      }
    }
  }
}

const stepOf = step.map.bind(step);

function newState(): SessionState {
  const state = new SessionState(FACTS);
  state.applyNote({ note: 'opened-stream', stream: 0, relayId: 'rig', run: 'run', playback: false, at: 1_000 });
  return state;
}

function applyTo(state: SessionState, { record, at }: Taken, seq: number): void {
  state.applyCaptured(0, seq, at, record);
}

describe('the topics of a public picture', () => {
  it('DLY-16: a viewer has each row of the log up to the instant that is shown, once, in order', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const driven = new Driven();
        for (const each of steps) driven.do(each);
        driven.end();
      }),
      { numRuns: 25 },
    );
  });

  it('DLY-16: a picture that jumps gets the rows of all that was between', () => {
    const driven = new Driven();
    driven.do({ act: 'delay', ms: 120_000 });
    driven.do({ act: 'frames', count: 120 });
    driven.do({ act: 'wait', ms: 70_000 });
    driven.do({ act: 'join', extra: 0 });
    driven.do({ act: 'load', who: 0 });
    driven.do({ act: 'delay', ms: 0 });
    driven.do({ act: 'wait', ms: 1 });
    driven.end();
  });
});
