import { applyChange, type FeedState, type PublicKeyframe, type PublicSegment } from '@okboxbox/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paused } from '../../directory/playhead.js';
import { DrivenBroadcast } from '../../testing/driven-broadcast.js';
import { frame, sessionLine } from '../../testing/race.js';
import { PublicSegments, UNASKED_MS } from './public-segments.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_764_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A driven show that is read as segments. */
function readShow() {
  const on = new DrivenBroadcast();
  let ids = 0;
  const segments = new PublicSegments({
    pictureOf: () => on.broadcast.publicPicture,
    airedSession: () => on.broadcast.airedSession('public'),
    isAiring: () => true,
    endedPublic: async () => null,
    now: () => on.now(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    randomId: () => `r${++ids}`,
  });
  on.receive(sessionLine());
  let seq = 0;
  const race = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      seq += 1;
      on.receive(frame(seq));
      on.advance(100);
    }
  };
  race(300);
  const now = async () => {
    const found = await segments.now('local');
    if (found === null) throw new Error('nothing is on air');
    return found;
  };
  const read = async <T>(name: string): Promise<T | null> => {
    const file = await segments.file('local', name);
    return file === null ? null : (JSON.parse(file.json.toString()) as T);
  };
  return { on, segments, race, now, read };
}

it('PUB-9: every segment behind every keyframe gives the picture that was sent', async () => {
  const { on, race, now, read } = readShow();
  const pictures = new Map<number, FeedState>();
  for (let second = 0; second < 23; second++) {
    const { seq, keyframe, segments } = await now();
    pictures.set(seq, on.broadcast.publicPicture?.state as FeedState);
    const begun = await read<PublicKeyframe>(keyframe.name);
    expect(begun).toMatchObject({ seq: keyframe.seq });
    let state = begun?.state as FeedState;
    for (const name of segments.slice(segments.length - (seq - keyframe.seq))) {
      const segment = (await read<PublicSegment>(name)) as PublicSegment;
      state = applyChange(state, segment);
      expect(state).toEqual(pictures.get(segment.seq));
    }
    race(1_000);
  }
  expect([...pictures.keys()]).toEqual(Array.from({ length: 23 }, (_, seq) => seq));
});

it('PUB-13: however many ask, there is one segment in a second', async () => {
  const { race, now } = readShow();
  for (let i = 0; i < 50; i++) {
    await now();
    race(100);
  }
  expect((await now()).seq).toBe(5);
});

it('PUB-13: names of pointers stay good for those who are a little late, and no more is kept', async () => {
  const { race, now, read } = readShow();
  const named = new Map<string, number>();
  for (let second = 0; second < 60; second++) {
    const pointer = await now();
    expect(pointer.segments.length).toBeLessThan(15);
    for (const name of [pointer.keyframe.name, ...pointer.segments]) named.set(name, second);
    race(1_000);
  }
  const kept: number[] = [];
  for (const [name, second] of named) if ((await read(name)) !== null) kept.push(second);
  // What was named within the last few seconds is there; of all that was ever named, few are.
  const late = [...named].filter(([, second]) => second >= 55);
  for (const [name] of late) expect(await read(name), name).not.toBeNull();
  expect(kept.length).toBeLessThanOrEqual(20 + 4);
});

it('PUB-12: nothing is made of a picture that stands still', async () => {
  const { on, race, now } = readShow();
  await now();
  race(1_000);
  on.setBoth(paused(on.broadcast.delays, on.now()));
  const held = await now();
  race(20_000);
  expect(await now()).toEqual(held);
});

it('PUB-13: what nobody has asked for in a while is let go, and the next to ask begins anew', async () => {
  const { race, now, read, segments } = readShow();
  const before = await now();
  race(UNASKED_MS - 1_000);
  expect(await read(before.keyframe.name)).not.toBeNull();
  race(UNASKED_MS);
  expect(await read(before.keyframe.name)).toBeNull();
  const after = await now();
  expect(after.epoch).not.toBe(before.epoch);
  expect(after.seq).toBe(0);
  segments.close();
});
