import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, readRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { RACE_FACTS, race } from '../../testing/race.js';
import { type FoldedSession, foldSession } from './fold-session.js';
import { recordsOf } from './recording-records.js';
import { Session } from './session.js';
import type { SessionState } from './session-state.js';
import type { Stream } from './stream.js';

const COUNT = 700;
const RECORDS = race(COUNT - 1).map((record, i) => readRecord(encodeRecord(record, i + 1)));
const wire = (seq: number) => RECORDS[seq - 1] as (typeof RECORDS)[number];

let sessions: string;
let dir: string;
let now: number;
let said: string[];
const log = pino({ level: 'warn' }, { write: (line: string) => said.push(line) });
const deps = { clock: { now: () => now }, log };

beforeEach(begin);
afterEach(remove);

function begin(): void {
  sessions = mkdtempSync(join(tmpdir(), 'refolding-'));
  dir = join(sessions, RACE_FACTS.sessionId);
  now = 1_000;
  said = [];
}

function remove(): void {
  rmSync(sessions, { recursive: true, force: true });
}

/** All that a state says, but for when its frames came. */
function known(state: SessionState | undefined) {
  if (state === undefined) return undefined;
  // When records came, and what is known of that, is another where they came at other times.
  const streams = state.streams.map(({ witness: _, ...stream }) => ({ ...stream, synced: [] }));
  return { ...state.image(), receivedAt: null, at: null, streams, timing: state.timing };
}

/** A relay's side of a session, which may be stopped and resumed at any moment. */
class Fed {
  session: Session;
  stream: Stream;
  dir = dir;

  private constructor(session: Session) {
    this.session = session;
    this.stream = session.openStream('rig', 'run', true);
  }

  static async begin(): Promise<Fed> {
    return new Fed(await Session.begin(sessions, RACE_FACTS, deps));
  }

  give(seq: number): void {
    now += 100;
    expect(this.session.receive(this.stream, wire(seq))).toEqual({ receipt: 'taken' });
  }

  goAhead(to: number): void {
    expect(this.session.goAhead(this.stream, { from: this.stream.last + 1, to })).toBe(true);
  }

  /** As a server that is stopped and started again, or killed: then it finds the disk as it was at that moment. */
  async restart(isKilled: boolean): Promise<void> {
    await this.session.durableRanges(this.stream);
    if (isKilled) {
      const left = `${this.dir}-killed`;
      cpSync(this.dir, left, { recursive: true });
      await this.session.close();
      this.dir = left;
    } else await this.session.close();
    this.session = await Session.resume(this.dir, await this.folded(), deps);
    this.stream = this.session.openStream('rig', 'run', true);
  }

  /** What the disk says. */
  async folded(): Promise<FoldedSession> {
    return (await foldSession(this.dir, { repair: true, log })) as FoldedSession;
  }
}

async function inOrder(count = COUNT): Promise<ReturnType<typeof known>> {
  const fed = await Fed.begin();
  for (let seq = 1; seq <= count; seq++) fed.give(seq);
  const state = known(fed.session.state);
  await fed.session.close();
  remove();
  begin();
  return state;
}

/** What happens next: live records, some left out, some filled in, a restart, or a turn for what runs. */
type Deed =
  | { readonly do: 'live' | 'leave out' | 'fill'; readonly count: number }
  | { readonly do: 'restart' | 'kill' | 'turn' };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('live' as const), count: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('leave out' as const), count: fc.integer({ min: 1, max: 150 }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('fill' as const), count: fc.integer({ min: 1, max: 80 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'kill' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

async function play(fed: Fed, deeds: readonly Deed[]): Promise<void> {
  const fill = (count: number) => {
    for (let left = count; left > 0; left--) {
      const gap = fed.stream.gaps[0];
      if (gap !== undefined) fed.give(gap.next);
    }
  };
  for (const each of deeds) {
    if (each.do === 'live')
      for (let i = 0; i < each.count && fed.stream.last < COUNT; i++) fed.give(fed.stream.last + 1);
    if (each.do === 'leave out' && fed.stream.last > 0 && fed.stream.last + each.count < COUNT) {
      fed.goAhead(fed.stream.last + each.count);
    }
    if (each.do === 'fill') fill(each.count);
    if (each.do === 'turn') await new Promise((resolve) => setImmediate(resolve));
    if (each.do === 'restart' || each.do === 'kill') await fed.restart(each.do === 'kill');
  }
  while (fed.stream.last < COUNT) fed.give(fed.stream.last + 1);
  fill(COUNT);
}

describe('a session whose relay sends live frames before its backlog', () => {
  it('comes to the state, laps and events of all frames in order, wherever it is cut and restarted', {
    timeout: 120_000,
  }, async () => {
    const expected = await inOrder();
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 30 }), async (deeds) => {
        remove();
        begin();
        const fed = await Fed.begin();
        await play(fed, deeds);
        await fed.session.settle();
        expect(known(fed.session.state)).toEqual(expected);
        await fed.session.close();
        // What a restart makes of it is the same, and so is what it makes of the timeline alone.
        expect(known((await fed.folded()).state)).toEqual(expected);
        for (const name of ['checkpoint', 'race-log']) rmSync(join(fed.dir, name));
        expect(known((await fed.folded()).state)).toEqual(expected);
        expect(said).toEqual([]);
        // The recording has every record once, in order.
        const times: number[] = [];
        for await (const record of recordsOf(fed.dir, { ownCars: new Set() })) {
          if (record.kind === 'frame') times.push(record.seq);
        }
        expect(times).toEqual(Array.from({ length: COUNT - 1 }, (_, i) => i + 2));
      }),
      { numRuns: 25 },
    );
  });

  it('is timed by the newest frames meanwhile', async () => {
    const fed = await Fed.begin();
    for (let seq = 1; seq <= 50; seq++) fed.give(seq);
    fed.goAhead(500);
    fed.give(501);
    expect(fed.session.state.timing.sessionTime).toBeCloseTo(100 + 499 / 10);
    for (let seq = 51; seq <= 400; seq++) fed.give(seq);
    expect(fed.session.state.timing.sessionTime).toBeCloseTo(100 + 499 / 10);
    await fed.session.close();
  });

  it('says what is here, with what is missing left out', async () => {
    const fed = await Fed.begin();
    for (let seq = 1; seq <= 50; seq++) fed.give(seq);
    fed.goAhead(500);
    expect(await fed.session.durableRanges(fed.stream)).toEqual([[1, 50]]);
    fed.give(501);
    fed.give(51);
    expect(await fed.session.durableRanges(fed.stream)).toEqual([
      [1, 51],
      [501, 501],
    ]);
    expect(fed.session.receive(fed.stream, wire(51))).toEqual({ receipt: 'duplicate' });
    expect(fed.session.receive(fed.stream, wire(53))).toEqual({ receipt: 'gap' });
    expect(fed.session.receive(fed.stream, wire(503))).toEqual({ receipt: 'gap' });
    await fed.restart(true);
    expect(fed.stream.synced).toEqual([
      [1, 51],
      [501, 501],
    ]);
    await fed.session.close();
  });

  it('tells those who show it when it is folded again, and only then', async () => {
    const fed = await Fed.begin();
    const refolded = vi.fn();
    fed.session.onRefold(refolded);
    for (let seq = 1; seq <= 50; seq++) fed.give(seq);
    fed.goAhead(100);
    for (let seq = 101; seq <= 600; seq++) fed.give(seq);
    for (let seq = 51; seq < 100; seq++) fed.give(seq);
    await fed.session.durableRanges(fed.stream);
    expect(refolded).not.toHaveBeenCalled();
    const before = fed.session.state;
    fed.give(100);
    // Live frames go on while it is folded again.
    for (let seq = 601; seq <= COUNT; seq++) fed.give(seq);
    await eventually(() => expect(refolded).toHaveBeenCalledOnce());
    expect(fed.session.state).not.toBe(before);
    expect(fed.session.state.framesTotal).toBe(COUNT - 1);
    await fed.session.close();
  });

  it('comes to what it would have with two relays, one of which was away, had that one sent all in order', async () => {
    const both = async (leavesOut: boolean) => {
      remove();
      begin();
      const fed = await Fed.begin();
      const { session } = fed;
      const other = session.openStream('other', 'run', false);
      session.relayConnected(fed.stream);
      session.relayConnected(other);
      const giveOther = (seq: number) => expect(session.receive(other, wire(seq))).toEqual({ receipt: 'taken' });
      for (let seq = 1; seq <= 100; seq++) {
        fed.give(seq);
        giveOther(seq);
      }
      session.relayDisconnected(fed.stream);
      for (let seq = 101; seq <= 400; seq++) giveOther(seq);
      session.relayConnected(fed.stream);
      if (leavesOut) fed.goAhead(400);
      else for (let seq = 101; seq <= 400; seq++) fed.give(seq);
      for (let seq = 401; seq <= COUNT; seq++) {
        giveOther(seq);
        fed.give(seq);
        const gap = fed.stream.gaps[0];
        if (gap !== undefined) fed.give(gap.next);
      }
      await session.settle();
      const state = known(session.state);
      await session.close();
      expect(known((await fed.folded()).state)).toEqual(state);
      return state;
    };
    const expected = await both(false);
    expect(expected?.timing.laps.length).toBeGreaterThan(5);
    expect(expected?.merge.primary).toBe(1);
    expect(await both(true)).toEqual(expected);
  });

  it('that ends before all has come is folded with what has', async () => {
    const fed = await Fed.begin();
    for (let seq = 1; seq <= 50; seq++) fed.give(seq);
    fed.goAhead(500);
    for (let seq = 501; seq <= COUNT; seq++) fed.give(seq);
    for (let seq = 51; seq <= 400; seq++) fed.give(seq);
    await fed.session.settle();
    expect(fed.session.state.framesTotal).toBe(COUNT - 101);
    expect(fed.session.state.provisionalFrom).toBeNull();
    fed.session.end('silent');
    await fed.session.close();
    expect(known((await fed.folded()).state)).toEqual(known(fed.session.state));
  });

  it('takes what is lost in a gap for filled', async () => {
    const fed = await Fed.begin();
    for (let seq = 1; seq <= 50; seq++) fed.give(seq);
    fed.goAhead(500);
    for (let seq = 501; seq <= COUNT; seq++) fed.give(seq);
    for (let seq = 51; seq <= 100; seq++) fed.give(seq);
    // Not before what is missing in front of it.
    expect(fed.session.lost(fed.stream, { from: 150, to: 400, reason: 'spool_full' })).toBe(false);
    expect(fed.session.lost(fed.stream, { from: 101, to: 400, reason: 'spool_full' })).toBe(true);
    for (let seq = 401; seq <= 500; seq++) fed.give(seq);
    await fed.session.settle();
    expect(fed.session.state.framesTotal).toBe(COUNT - 301);
    await fed.session.close();
  });
});
