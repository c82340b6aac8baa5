import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryChannel } from '../../channel/memory-channel.js';
import { MemoryDirectory } from '../../directory/memory-directory.js';
import { DrivenBroadcast } from '../../testing/driven-broadcast.js';
import { frame, sessionLine } from '../../testing/race.js';
import { newShow } from '../shows/show-settings.js';
import type { LineMaker } from './line-maker.js';
import { ShowBroadcast } from './show-broadcast.js';

beforeEach(() => vi.useFakeTimers({ now: 1_764_000_000_000 }));
afterEach(() => vi.useRealTimers());

/** Lines of two sessions that have aired, one after the other. */
function lines(): [LineMaker, LineMaker] {
  const before = new DrivenBroadcast();
  const aired = () => {
    before.receive(sessionLine());
    before.receive(frame(0));
    vi.advanceTimersByTime(1_000);
    return before.maker;
  };
  const first = aired();
  before.begin('sess_2');
  return [first, aired()];
}

/** The same show after a restart: its two sessions are there, and their lines are not. */
function again() {
  const channel = new MemoryChannel({ randomId: () => 'epoch' });
  const follows = ['sess_1', 'sess_2'].map((sessionId) => ({
    sessionId,
    from: 0,
    until: null,
    by: 'main-feed' as const,
  }));
  const moves: string[] = [];
  channel.onShow((_show, told) => told.event === 'moved' && told.extra === 0 && moves.push(told.sessionId));
  const broadcast = new ShowBroadcast(
    { ...newShow('local'), published: true, following: { mainFeed: null, follows } },
    {
      channel,
      directory: new MemoryDirectory(Date.now),
      clock: { now: () => Date.now() },
      setTimeout: (run, ms) => setTimeout(run, ms),
    },
  );
  return { broadcast, moves, first: broadcast.add('sess_1'), second: broadcast.add('sess_2') };
}

const both = (at: number) => ({ graphics: at, public: at });

describe('DLY-13: a show of several sessions after a restart', () => {
  it.each(['the older', 'the newer'])('is on the newer one, whichever line is made first: %s', (made) => {
    const [one, two] = lines();
    const { broadcast, moves, first, second } = again();
    if (made === 'the older') first.begin(one, null);
    else second.begin(two, null);
    vi.advanceTimersByTime(1_000);
    expect(moves).toEqual(made === 'the older' ? [] : ['sess_2']);
    if (made === 'the older') second.begin(two, null);
    else first.begin(one, null);
    vi.advanceTimersByTime(1_000);
    expect(moves).toEqual(['sess_2']);
    expect(broadcast.airedSession()).toBe('sess_2');
    broadcast.close();
  });

  it('is on the older one where the newer one’s line cannot be made', () => {
    const [one] = lines();
    const { broadcast, moves, first, second } = again();
    first.begin(one, null);
    vi.advanceTimersByTime(1_000);
    second.fail();
    vi.advanceTimersByTime(1);
    expect(moves).toEqual(['sess_1']);
    broadcast.close();
  });

  it('shows nothing older than what had aired, and waits for that instead of going to the session before', () => {
    const before = new DrivenBroadcast();
    before.receive(sessionLine());
    before.receive(frame(0));
    vi.advanceTimersByTime(1_000);
    const [one] = lines();
    const { broadcast, moves, first, second } = again();
    first.begin(one, null);
    // The end of its timeline is missing: four minutes that viewers have seen.
    second.begin(before.maker, null, both(Date.now() + 240_000));
    vi.advanceTimersByTime(100_000);
    expect([second.audience(0)?.aired, broadcast.airedSession(), moves]).toEqual([null, null, []]);
    vi.advanceTimersByTime(141_000);
    expect(second.audience(0)?.aired).toBeNull();
    before.receive(frame(240));
    vi.advanceTimersByTime(2_000);
    expect(second.audience(0)?.aired?.at).toBeGreaterThan(Date.now() - 10_000);
    expect([broadcast.airedSession(), moves]).toEqual(['sess_2', ['sess_2']]);
    broadcast.close();
  });

  it('goes on at once where nothing of what had aired is missing', () => {
    const [one, two] = lines();
    const { broadcast, first, second } = again();
    first.begin(one, null);
    second.begin(two, null, both(two.line.newestAt));
    vi.advanceTimersByTime(1_000);
    expect([broadcast.airedSession(), second.awaits(0)]).toEqual(['sess_2', false]);
    broadcast.close();
  });
});
