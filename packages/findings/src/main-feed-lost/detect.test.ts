import type { FollowedShow } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { AT, healthy, SESSION } from '../testing/healthy-night.js';
import { mainFeedLost } from './detect.js';

const relay = (relayId: string, isConnected = true) => ({ relayId, isConnected });
const session = (sessionId: string, ...relays: ReturnType<typeof relay>[]) => ({ sessionId, relays });
const show = (...sessions: ReturnType<typeof session>[]): FollowedShow => ({
  show: 'local',
  mainFeed: { relayId: 'rig', isMarked: false },
  followedSessionId: SESSION,
  sessions,
});
const away = (agoMs: number) => ({
  everSeen: 2,
  newestAt: AT - 600_000,
  refused: [],
  waiting: [],
  away: [{ relayId: 'rig', sessionId: SESSION, goneAt: AT - agoMs, reason: 'connection lost', message: null }],
});
const found = (of: FollowedShow, agoMs = 60_000) => mainFeedLost.look(healthy({ shows: [of], relays: away(agoMs) }));

describe('a main feed that is lost', () => {
  it('is told where another relay keeps its session going', () => {
    expect(found(show(session(SESSION, relay('rig', false), relay('driver'))))).toEqual([
      expect.objectContaining({
        code: 'MAIN_FEED_LOST',
        cause: 'others_keep_it_going',
        severity: 'warning',
        since: AT - 60_000,
        scope: { show: 'local', relayId: 'rig', sessionId: SESSION },
      }),
    ]);
  });

  it('is critical where its session stands still while others run, and less where it had ended', () => {
    const drive = session('sess_drive', relay('driver'));
    expect(found(show(session(SESSION, relay('rig', false)), drive))).toEqual([
      expect.objectContaining({ cause: 'others_run_elsewhere', severity: 'critical' }),
    ]);
    expect(found(show(drive))).toEqual([
      expect.objectContaining({ cause: 'others_run_elsewhere', severity: 'warning' }),
    ]);
  });

  it('is none where it feeds, has just left, or nobody else feeds anything', () => {
    expect(found(show(session(SESSION, relay('rig'), relay('driver'))))).toEqual([]);
    expect(found(show(session('sess_next', relay('rig')), session('sess_drive', relay('driver'))))).toEqual([]);
    expect(found(show(session(SESSION, relay('rig', false), relay('driver'))), 5_000)).toEqual([]);
    expect(found(show(session(SESSION, relay('rig', false))))).toEqual([]);
    expect(found({ ...show(session('sess_drive', relay('driver'))), mainFeed: null })).toEqual([]);
    expect(mainFeedLost.look(healthy())).toEqual([]);
  });
});
