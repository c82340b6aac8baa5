import type { OpsEvent, OpsRelays, OpsSnapshot } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { AT, goneBy, healthy, NOBODY, refusal, relayLike, SESSION, sessionLike } from '../testing/healthy-night.js';
import { relayNotConnecting } from './detect.js';

const look = relayNotConnecting.look;
const nobody = { relays: { connected: 0 } };
const without = sessionLike({ relays: [], framesPerSec: 0, lastFrameAgeMs: 20_000 });

describe('a relay that does not feed', () => {
  it('is no finding where one feeds', () => {
    expect(look(healthy())).toEqual([]);
  });

  it('has never been seen: told after a minute, worse where somebody waits for it', () => {
    const at = (uptimeMs: number, byRole = {}) =>
      look(
        healthy({
          relays: NOBODY,
          sessions: [],
          summary: { ...nobody, uptimeMs, sockets: { total: 0, byRole, bySurface: {} } },
        }),
      );
    expect(at(59_999)).toEqual([]);
    expect(at(60_000)).toMatchObject([{ cause: 'never_seen', severity: 'info', since: AT - 60_000 }]);
    expect(at(60_000, { dashboard: 3 })).toMatchObject([{ cause: 'never_seen', severity: 'warning' }]);
    expect(at(60_000, { ops: 1 })).toMatchObject([{ severity: 'info' }]);
  });

  it('is not said to connect before one has, or a minute is over', () => {
    const notYet = (uptimeMs: number, relays: OpsRelays) =>
      relayNotConnecting.notYet(healthy({ relays, sessions: [], summary: { ...nobody, uptimeMs } }));
    expect(notYet(23_000, NOBODY)).toContain('23 s');
    expect(notYet(60_000, NOBODY)).toBeNull();
    expect(notYet(23_000, { ...NOBODY, everSeen: 1 })).toBeNull();
    expect(notYet(23_000, { ...NOBODY, refused: [refusal({})] })).toBeNull();
    expect(notYet(23_000, goneBy('kill-switch', 8_000))).toBeNull();
  });

  it('has never been seen since the server was started again in mid-session: that is critical', () => {
    const found = look(healthy({ relays: NOBODY, sessions: [without], summary: nobody }));
    expect(found).toMatchObject([{ cause: 'never_seen', severity: 'critical', scope: { sessionId: SESSION } }]);
  });

  describe('after the server was started again, of two shows', () => {
    const resumed = { relays: [], framesPerSec: 0, lastFrameAgeMs: 320_000, flow: null };
    const a = sessionLike(resumed);
    const b = sessionLike({ ...resumed, sessionId: 'sess_b', show: 'b' });
    const fed = sessionLike({ relays: [relayLike({ connectedAt: AT - 290_000 })] });
    const summary = { ...nobody, uptimeMs: 300_000 };
    const waits = { socketId: 's', user: 'u', connectedAt: AT - 200_000, source: 'iracing' };

    it('is missed in each session by itself', () => {
      const found = look(healthy({ summary, sessions: [a, b], relays: NOBODY }));
      expect(found).toMatchObject(
        [a, b].map(({ sessionId, show }) => ({
          cause: 'never_seen',
          severity: 'critical',
          scope: { sessionId, show },
        })),
      );
    });

    it('is missed whatever relays of others do: wait for their sim, are refused, have gone', () => {
      const missed = { cause: 'never_seen', severity: 'critical', scope: { sessionId: SESSION, show: 'local' } };
      const others: Partial<OpsRelays>[] = [
        { waiting: [{ ...waits, simState: 'sim-not-running', capturedHz: 0 }] },
        { refused: [refusal({})] },
        { away: [{ relayId: 'c', sessionId: null, goneAt: AT - 60_000, reason: 'kill-switch', message: null }] },
      ];
      for (const over of others) {
        const found = look(healthy({ summary, sessions: [a], relays: { ...NOBODY, ...over } }));
        expect(found).toContainEqual(expect.objectContaining(missed));
      }
    });

    it('is not said to be there, nor ruled out to wait or to be refused, where one does that may be it', () => {
      const relays = { ...NOBODY, refused: [refusal({})] };
      const found = look(healthy({ summary, sessions: [a], relays })).find(({ cause }) => cause === 'never_seen');
      expect(found).toMatchObject({ confidence: 'low' });
      expect(found?.because).toContain('is refused');
      expect(found?.ruledOut.map(({ cause }) => cause)).not.toContain('refused_token');
    });

    it('is back in one of them and not in the other: that one is to be started, not ended', () => {
      const relays = { ...NOBODY, everSeen: 1, newestAt: AT - 290_000 };
      const [found, ...rest] = look(healthy({ summary: { uptimeMs: 300_000 }, sessions: [fed, b], relays }));
      expect(rest).toEqual([]);
      expect(found).toMatchObject({ cause: 'never_seen', severity: 'critical', scope: { sessionId: 'sess_b' } });
      expect(found?.nextStep.text).toContain('Start the relay');
      expect(found?.ruledOut.map(({ cause }) => cause)).not.toContain('never_seen');
    });

    it('has ten seconds to come back, and not the minute of a server that waits for its first', () => {
      const at = (uptimeMs: number) => healthy({ summary: { ...summary, uptimeMs }, sessions: [a], relays: NOBODY });
      expect(relayNotConnecting.notYet(at(9_999))).toContain('10 s');
      expect(look(at(9_999))).toEqual([]);
      expect(relayNotConnecting.notYet(at(10_000))).toBeNull();
      expect(look(at(10_000))).toMatchObject([{ cause: 'never_seen', severity: 'critical' }]);
    });
  });

  it('fed this server and feeds another show by now: critical, with nothing to end', () => {
    const b = sessionLike({ sessionId: 'sess_b', show: 'b', relays: [], framesPerSec: 0, lastFrameAgeMs: 300_000 });
    const found = look(healthy({ sessions: [sessionLike(), b] }));
    expect(found).toMatchObject([{ cause: 'gone', severity: 'critical', scope: { sessionId: 'sess_b' } }]);
    expect(found[0]?.nextStep.text).toContain('relay is running');
  });

  it('is gone, with the reason, after five seconds and not before', () => {
    const gone = (agoMs: number) =>
      look(healthy({ relays: goneBy('connection lost', agoMs), sessions: [without], summary: nobody }));
    expect(gone(4_999)).toEqual([]);
    const [found] = gone(8_000);
    expect(found).toMatchObject({ cause: 'gone', severity: 'critical', confidence: 'medium', since: AT - 8_000 });
    expect(found?.evidence).toContainEqual({ name: 'relay.reason', value: 'connection lost', threshold: null });
    expect(found?.ruledOut.map(({ cause }) => cause)).toContain('kill_switch');
  });

  it('keeps leaving, for 8 s of 10: that is one finding, until it has stayed for half a minute', () => {
    let before: OpsSnapshot['before'] = [];
    const events: OpsEvent[] = [];
    const lookAt = (ms: number, backSince: number | null, goneSince: number) => {
      const away = goneBy('connection lost', 0).away.map((relay) => ({ ...relay, goneAt: AT + goneSince }));
      const isBack = backSince !== null;
      const found = look(
        healthy({
          at: AT + ms,
          before,
          events: [...events].reverse(),
          sessions: [sessionLike({ relays: isBack ? [relayLike({ connectedAt: AT + backSince })] : [] })],
          relays: { ...NOBODY, everSeen: 1, away: isBack ? [] : away },
        }),
      );
      before = beforeOf(found);
      return found;
    };
    const seen: string[] = [];
    for (let ms = 0; ms < 60_000; ms += 2_000) {
      const since = ms - (ms % 10_000);
      if (ms === since) {
        const left = { id: ms + 1, at: AT + ms, type: 'relay', event: 'relay:disconnected', reason: 'connection lost' };
        events.push({ ...left, sessionId: SESSION, relayId: 'rig' } as OpsEvent);
      }
      const [found] = lookAt(ms, ms % 10_000 < 8_000 ? null : since + 8_000, since);
      seen.push(found === undefined ? '.' : String((found.since - AT) / 1_000));
    }
    // The first time it is just gone, and back; from the second time on it is one that keeps leaving.
    expect(seen.join(' ')).toBe(`. . . 0 . . . . 10 ${Array.from({ length: 21 }, () => '10').join(' ')}`);
    const [found] = lookAt(60_000, 58_000, 50_000);
    expect(found).toMatchObject({ cause: 'gone', severity: 'critical' });
    expect(found?.summary).toContain('keeps disconnecting: 6 times');
    expect(lookAt(87_000, 58_000, 50_000)).toHaveLength(1);
    expect(lookAt(88_000, 58_000, 50_000)).toEqual([]);
  });

  it('is gone while another feeds the same session: the show goes on', () => {
    const session = sessionLike({ relays: [relayLike({ relayId: 'other' })] });
    expect(look(healthy({ relays: goneBy('stopped', 60_000), sessions: [session] }))).toMatchObject([
      { cause: 'gone', severity: 'warning', scope: { relayId: 'rig' } },
    ]);
  });

  it('has never sent a frame: no state of emergency, whether it left or is missed since a restart', () => {
    const empty = { framesTotal: 0, relays: [], framesPerSec: 0, lastFrameAgeMs: null };
    const nobodyLooks = sessionLike({ ...empty, viewers: { live: 0, broadcast: 0 } });
    const waitedFor = sessionLike({ ...empty, viewers: { live: 2, broadcast: 0 } });
    for (const relays of [goneBy('connection lost', 600_000), NOBODY, { ...NOBODY, everSeen: 1 }]) {
      expect(look(healthy({ relays, sessions: [nobodyLooks], summary: nobody }))).toMatchObject([{ severity: 'info' }]);
      expect(look(healthy({ relays, sessions: [waitedFor], summary: nobody }))).toMatchObject([
        { severity: 'warning' },
      ]);
    }
  });

  it('went since its session was over: no finding', () => {
    for (const reason of ['finished', 'session-changed'] as const)
      expect(look(healthy({ relays: goneBy(reason, 60_000), sessions: [], summary: nobody }))).toEqual([]);
    const ended = sessionLike({ status: 'ended', relays: [] });
    expect(look(healthy({ relays: goneBy('stopped', 60_000), sessions: [ended], summary: nobody }))).toEqual([]);
  });

  it('has its kill switch on, as it said before it went', () => {
    const [found] = look(healthy({ relays: goneBy('kill-switch', 6_000), sessions: [without], summary: nobody }));
    expect(found).toMatchObject({ cause: 'kill_switch', severity: 'critical', confidence: 'high' });
    expect(found?.nextStep.command).toBe('RELAY_KILL_SWITCH=0');
  });

  it('has its kill switch on before any session', () => {
    const away = goneBy('kill-switch', 6_000).away.map((relay) => ({ ...relay, sessionId: null }));
    expect(look(healthy({ relays: { ...NOBODY, away }, sessions: [], summary: nobody }))).toMatchObject([
      { cause: 'kill_switch', severity: 'warning' },
    ]);
  });

  it('sends elsewhere, as it said before it went', () => {
    const relays = goneBy('disabled', 6_000, 'RELAY_BACKENDS names other servers');
    const [found] = look(healthy({ relays, sessions: [without], summary: nobody }));
    expect(found).toMatchObject({ cause: 'sends_elsewhere', severity: 'critical' });
    expect(found?.because).toContain('RELAY_BACKENDS');
  });

  it('fed before the server was started, and feeds another session of its show now: the old one can be ended', () => {
    for (const lastFrameAgeMs of [300_000, 9_000_000]) {
      const old = sessionLike({ relays: [], lastFrameAgeMs, sessionId: 'sess_old', framesPerSec: 0 });
      const found = look(healthy({ sessions: [sessionLike(), old] }));
      expect(found).toMatchObject([{ cause: 'gone', confidence: 'low', scope: { sessionId: 'sess_old' } }]);
      expect(found[0]).toMatchObject({ severity: 'warning', nextStep: { view: 'sessions' }, ruledOut: [] });
    }
  });
});
