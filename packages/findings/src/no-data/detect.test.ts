import { describe, expect, it } from 'vitest';
import { AT, healthy, historyLike, relayLike, roomsLike, sessionLike } from '../testing/healthy-night.js';
import { noData } from './detect.js';

const look = (over: Parameters<typeof healthy>[0]) => noData.look(healthy(over));

describe('figures that do not come', () => {
  it('are looked for once the server has run for a minute', () => {
    expect(noData.notYet(healthy({ summary: { uptimeMs: 59_000 } }))).toContain('59 s');
    expect(noData.notYet(healthy())).toBeNull();
  });

  it('are none where all come, or where a server does not look', () => {
    expect(look({})).toEqual([]);
    expect(look({ rooms: null, history: null, database: null })).toEqual([]);
  });

  it('have stopped: the history', () => {
    expect(look({ history: { ...historyLike(), at: AT - 40_000 } })).toMatchObject([
      { cause: 'sampling_stopped', since: AT - 40_000 },
    ]);
  });

  it('have stopped, or never come: the sweep of rooms', () => {
    expect(look({ rooms: roomsLike({ sweptAt: AT - 400_000 }) })).toMatchObject([{ cause: 'sampling_stopped' }]);
    expect(look({ rooms: roomsLike({ sweptAt: null }) })).toMatchObject([{ cause: 'never_sampled' }]);
  });

  it('have never come: a relay’s clock', () => {
    const clock = { offsetMs: null, boundMs: null, verdict: 'unknown' } as const;
    const at = (connectedAt: number) =>
      look({ sessions: [sessionLike({ relays: [relayLike({ clock, connectedAt })] })] });
    expect(at(AT - 19_000)).toEqual([]);
    expect(at(AT - 20_000)).toMatchObject([{ cause: 'never_sampled', severity: 'info', scope: { relayId: 'rig' } }]);
  });
});
