import { type EventRow, packTopicRow } from '@okboxbox/protocol';
import { expect, it, vi } from 'vitest';
import { FeedStore } from '../../feed/feed-store.js';
import { USUAL_DEMO } from './demo/demo-choice.js';
import { demoState } from './demo-race.js';

import { pacedSource } from './paced-source.js';

function held() {
  const store = new FeedStore('broadcast');
  const frames: (() => void)[] = [];
  const seen = { is: true };
  const source = pacedSource(
    store,
    (draw) => frames.push(draw),
    () => seen.is,
  );
  let told = 0;
  const unsubscribe = source.subscribe(() => told++);
  const hold = (second: number) =>
    store.begin('demo', second, second, demoState(second, USUAL_DEMO, { slot: 'tower' }), 0);
  return { store, source, frames, seen, hold, unsubscribe, told: () => told };
}

it('an overlay is told once a frame, and reads the newest picture then', () => {
  const { source, frames, hold, told, unsubscribe } = held();
  expect(source.picture()).toBeNull();
  hold(1);
  hold(2);
  expect([frames.length, told()]).toEqual([1, 0]);
  frames.pop()?.();
  expect([told(), source.picture()?.at]).toEqual([1, 2]);
  unsubscribe();
  hold(3);
  frames.pop()?.();
  expect(told()).toBe(1);
});

it('all events of a session are loaded once an overlay asks for them, and none of the demo', async () => {
  const { store, source, frames, hold } = held();
  hold(1);
  expect(source.events?.()).toBeNull();
  const none = { lap: null, otherCar: null, ms: null, count: null, to: null, lapRow: null };
  const row = (id: number): EventRow => ({ ...none, id, name: 'overtake', sessionTimeMs: id * 10, car: 1 });
  const asked: number[] = [];
  store.loadChunksBy(async ({ chunk }) => {
    asked.push(chunk);
    return [1, 2, 3].map((id) => packTopicRow('events', row(id)));
  });
  const race = demoState(2, USUAL_DEMO, { slot: 'tower' });
  store.begin('race', 1, 2, { ...race, topics: { epoch: 'one', events: 3 } }, 0);
  await vi.waitFor(() => expect(source.events?.()).toMatchObject([row(1), row(2), row(3)]));
  expect(asked).toEqual([0]);
  expect(frames.length).toBeGreaterThan(0);
  source.close();
});

it('a hidden overlay is told nothing, and is told when it is seen again', () => {
  const { source, frames, seen, hold, told } = held();
  seen.is = false;
  hold(1);
  expect(frames).toHaveLength(0);
  seen.is = true;
  source.look();
  frames.pop()?.();
  expect([told(), source.picture()?.at]).toEqual([1, 1]);
});
