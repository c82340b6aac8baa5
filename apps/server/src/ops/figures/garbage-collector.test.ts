import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { GarbageCollectorWatch } from './garbage-collector.js';

const watch = new GarbageCollectorWatch();
afterEach(() => watch.close());

it('pauses of the garbage collector are counted by what it did, the longest of the last minute is known', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  await eventually(() => expect(watch.pauses.major.count).toBeGreaterThan(0));
  expect(watch.pauses.major.totalMs).toBeGreaterThan(0);
  expect(watch.pauseMaxMs()).toBeGreaterThan(0);

  const now = 1e9;
  watch.note('minor', now - 60_001, 9_000);
  watch.note('minor', now - 59_000, 700);
  watch.note('minor', now - 59_000, 500);
  watch.note('minor', now, 100);
  expect(watch.pauseMaxMs(now)).toBe(700);
  expect(watch.pauseMaxMs(now + 2_000)).toBe(100);
});
