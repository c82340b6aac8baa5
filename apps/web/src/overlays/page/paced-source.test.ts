import { expect, it } from 'vitest';
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
  return { source, frames, seen, hold, unsubscribe, told: () => told };
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
