import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { conditionOfLoad, ServerLoad } from './server-load.js';

describe("the server's load", () => {
  it.each([
    [{ lateMs: 2, behindMs: 20 }, 'well'],
    [{ lateMs: 60, behindMs: 20 }, 'unclear'],
    [{ lateMs: 2, behindMs: 500 }, 'unclear'],
    [{ lateMs: 150, behindMs: 20 }, 'trouble'],
    [{ lateMs: 2, behindMs: 1_500 }, 'trouble'],
  ])('%j is %s', (load, state) => {
    expect(conditionOfLoad(load).state).toBe(state);
  });

  it('is measured from one look to the next', async () => {
    const load = new ServerLoad();
    load.took(40);
    load.took(30);
    const end = performance.now() + 1_500;
    while (performance.now() < end) {
      // Turns of the event loop that take 250 ms each.
      const turn = performance.now() + 250;
      while (performance.now() < turn);
      await setImmediate();
    }
    const seen = load.look();
    load.close();
    expect(seen.behindMs).toBe(40);
    expect(conditionOfLoad(seen)).toMatchObject({ state: 'trouble', because: expect.stringContaining('event loop') });
    expect(load.look().behindMs).toBe(0);
  });
});
