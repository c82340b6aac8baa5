import { describe, expect, it, vi } from 'vitest';
import { DrivenBroadcast } from '../testing/driven-broadcast.js';
import { race } from '../testing/race.js';

/** A show whose clock the test drives; `told` has what an edge finds in the directory at each event that it gets. */
function driven() {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  const show = new DrivenBroadcast({ delayMs: 1_000, playhead: { moves: 'running' } });
  const told: { readonly event: string; readonly known: unknown; readonly owned: unknown }[] = [];
  show.channel.onShow((_show, { event }) => {
    told.push({ event, known: show.directory.show('local'), owned: show.broadcast.record });
  });
  return { show, told };
}

describe('what the directory has of a show', () => {
  it('is what its owner knows, whenever an edge gets an event of the show', () => {
    const { show, told } = driven();
    for (const sessionId of ['sess_2', 'sess_3']) {
      for (const record of race(20)) {
        show.receive(record);
        show.advance(100);
      }
      show.begin(sessionId);
    }
    show.advance(3_000);
    expect(told.some(({ event }) => event === 'moved')).toBe(true);
    expect(told.some(({ event }) => event === 'changed')).toBe(true);
    for (const { known, owned } of told) expect(known).toEqual(owned);
    vi.useRealTimers();
  });
});
