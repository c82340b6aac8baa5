import type { OpsEvent, OpsRelays, OpsSnapshot, RelayRefusal } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { AT, goneBy, healthy, relayLike, SESSION, sessionLike } from '../testing/healthy-night.js';
import { relayNotConnecting } from './relay-not-connecting.js';

const look = relayNotConnecting.look;
const NOBODY: OpsRelays = { everSeen: 0, newestAt: null, away: [], refused: [], waiting: [] };
const nobody = { relays: { connected: 0 } };
const without = sessionLike({ relays: [], framesPerSec: 0, lastFrameAgeMs: 20_000 });
const refusal = (over: Partial<RelayRefusal>): RelayRefusal => ({
  ...{ why: 'token', code: 'unauthenticated', capability: null, message: 'The token has expired.' },
  ...{ firstAt: AT - 40_000, at: AT - 2_000, count: 3 },
  ...over,
});

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

    it('has the minute that any server gives', () => {
      expect(look(healthy({ summary: { ...summary, uptimeMs: 59_000 }, sessions: [a, b], relays: NOBODY }))).toEqual(
        [],
      );
    });
  });

  it('fed this server and feeds another show by now: critical, with nothing to end', () => {
    const b = sessionLike({ sessionId: 'sess_b', show: 'b', relays: [], framesPerSec: 0, lastFrameAgeMs: 300_000 });
    const found = look(healthy({ sessions: [sessionLike(), b] }));
    expect(found).toMatchObject([{ cause: 'gone', severity: 'critical', scope: { sessionId: 'sess_b' } }]);
    expect(found[0]?.nextStep.text).toContain('agent runs');
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
          ...{ at: AT + ms, before, events: [...events].reverse() },
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
    expect(found?.summary).toContain('keeps leaving: 6 times');
    expect(lookAt(87_000, 58_000, 50_000)).toHaveLength(1);
    expect(lookAt(88_000, 58_000, 50_000)).toEqual([]);
  });

  it('is gone while another feeds the same session: the show goes on', () => {
    const session = sessionLike({ relays: [relayLike({ relayId: 'other' })] });
    expect(look(healthy({ relays: goneBy('stopped', 60_000), sessions: [session] }))).toMatchObject([
      { cause: 'gone', severity: 'warning', scope: { relayId: 'rig' } },
    ]);
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

  it('is refused for its token, its version, or where it calls from', () => {
    for (const [why, cause] of [
      ['token', 'refused_token'],
      ['version', 'refused_version'],
      ['origin', 'refused_origin'],
    ] as const) {
      const relays = { ...NOBODY, refused: [refusal({ why })] };
      const found = look(healthy({ relays, sessions: [], summary: nobody }));
      expect(found).toMatchObject([{ cause, since: AT - 40_000 }]);
      expect(found[0]?.because).toContain('The token has expired.');
      expect(found[0]?.ruledOut.map((each) => each.cause)).not.toContain(cause);
    }
  });

  it('is refused by what relays were told, not by the refusals of others', () => {
    const told = (id: number, event: OpsEvent['event'], reason: string) =>
      ({ id, at: AT - 1_000, type: 'relay', event, reason }) as OpsEvent;
    const events = [
      told(9, 'auth_fail', 'token'),
      told(8, 'relay:disconnected', 'refused_version: update it'),
      told(7, 'relay:disconnected', 'refused_token: it has expired'),
    ];
    const relays = { ...NOBODY, refused: [refusal({ why: 'token' })] };
    const [found] = look(healthy({ relays, events, sessions: [], summary: nobody }));
    expect(found?.evidence.find(({ name }) => name === 'refused.count')?.events).toEqual([7]);
  });

  it('is not refused any more once a relay was let in, or none has asked for a minute and a half', () => {
    const at = (agoMs: number, newestAt: number | null = null) => {
      const snapshot = healthy({
        relays: { ...NOBODY, newestAt, refused: [refusal({ at: AT - agoMs })] },
        sessions: [],
        summary: { ...nobody, uptimeMs: 30_000 },
      });
      const found = look(snapshot);
      return { found: found.length, still: look({ ...snapshot, before: beforeOf(look(believed)) }).length };
    };
    const believed = healthy({ relays: { ...NOBODY, refused: [refusal({})] }, sessions: [], summary: nobody });
    expect(at(44_000)).toEqual({ found: 1, still: 1 });
    expect(at(60_000)).toEqual({ found: 0, still: 1 });
    expect(at(91_000)).toEqual({ found: 0, still: 0 });
    expect(at(10_000, AT - 5_000)).toEqual({ found: 0, still: 0 });
  });

  it('is refused while the relay of another show comes and goes: that changes nothing', () => {
    const seen = (over: Partial<RelayRefusal>, sessions = [sessionLike()]) =>
      look(healthy({ sessions, relays: { ...NOBODY, everSeen: 1, newestAt: AT - 1_000, refused: [refusal(over)] } }));
    expect(seen({ show: 'b' })).toMatchObject([{ cause: 'refused_token', scope: { show: 'b' } }]);
    expect(seen({ joined: false })).toMatchObject([{ cause: 'refused_token', scope: {} }]);
    expect(seen({ joined: true })).toEqual([]);
    const missed = sessionLike({ sessionId: 'sess_b', show: 'b', relays: [], framesPerSec: 0, lastFrameAgeMs: 9e6 });
    expect(seen({ joined: true }, [sessionLike(), missed]).map(({ cause }) => cause)).toContain('refused_token');
  });

  it('is refused in two ways: the newest of a show is told, and of each show by itself', () => {
    const expired = refusal({ count: 120 });
    const lacks = refusal({ code: 'forbidden', capability: 'relay:publish', at: AT - 40_000, message: 'It lacks it.' });
    const told = (...refused: RelayRefusal[]) => look(healthy({ relays: { ...NOBODY, everSeen: 1, refused } }));
    for (const both of [told(expired, lacks), told(lacks, expired)]) {
      expect(both).toHaveLength(1);
      expect(both[0]?.because).toContain('has expired');
    }
    expect(told({ ...expired, show: 'a' }, { ...lacks, show: 'b' }).map(({ scope }) => scope)).toEqual([
      { show: 'a' },
      { show: 'b' },
    ]);
  });

  it('is refused for another reason once its token was changed: that is told alone, and both where both go on', () => {
    const shown = (at: number) => {
      const refused = [refusal({ at }), refusal({ show: 'b', firstAt: AT - 5_000, at: AT - 1_000 })];
      return look(healthy({ relays: { ...NOBODY, everSeen: 1, refused } })).map(({ scope }) => scope);
    };
    expect(shown(AT - 20_000)).toEqual([{ show: 'b' }]);
    expect(shown(AT - 2_000)).toEqual([{}, { show: 'b' }]);
  });

  it('is refused for the show of a session: that is said, and not that none has come', () => {
    const old = sessionLike({ relays: [], framesPerSec: 0, lastFrameAgeMs: 9_000_000 });
    const told = (over: Partial<RelayRefusal>) =>
      look(healthy({ summary: nobody, sessions: [old], relays: { ...NOBODY, refused: [refusal(over)] } }));
    expect(told({ show: 'local' }).map(({ cause }) => cause)).toEqual(['refused_token']);
    expect(told({ show: 'b' })).toMatchObject([
      { cause: 'refused_token' },
      { cause: 'never_seen', confidence: 'high' },
    ]);
  });

  it('is paused by operations', () => {
    const session = sessionLike({ relays: [relayLike({ pausedBecause: 'two relays disagree' })], framesPerSec: 0 });
    expect(look(healthy({ sessions: [session] }))).toMatchObject([
      { cause: 'paused_by_operations', severity: 'critical', nextStep: { view: 'sessions' } },
    ]);
  });

  it('is connected, but its sim is idle', () => {
    const idle = (simState: string, lastFrameAgeMs: number, before = healthy().before) => {
      const relay = relayLike({ simState, capturedHz: 0, waiting: 0 });
      return look(healthy({ sessions: [sessionLike({ relays: [relay], framesPerSec: 0, lastFrameAgeMs })], before }));
    };
    expect(idle('left', 9_000)).toEqual([]);
    const found = idle('left', 12_000);
    expect(found).toMatchObject([{ cause: 'sim_idle', severity: 'warning' }]);
    expect(idle('left', 5_000, beforeOf(found))).toHaveLength(1);
    expect(idle('left', 2_000, beforeOf(found))).toEqual([]);
  });

  it('is one of two on a session that gets no frame: each that sends nothing is told', () => {
    const idle = { capturedHz: 0, waiting: 0 };
    const rig = relayLike({ ...idle, simState: 'sim-not-running' });
    const second = relayLike({ ...idle, relayId: 'rig2', isPrimary: false, simState: 'replay' });
    const at = (lastFrameAgeMs: number, framesPerSec: number) =>
      look(healthy({ sessions: [sessionLike({ relays: [rig, second], framesPerSec, lastFrameAgeMs })] }));
    expect(at(300_000, 0)).toMatchObject([
      { cause: 'sim_idle', severity: 'warning', scope: { relayId: 'rig' } },
      { cause: 'sim_idle', severity: 'warning', scope: { relayId: 'rig2' } },
    ]);
    expect(at(90, 10)).toEqual([]);
    const captures = relayLike({ relayId: 'rig2', capturedHz: 10, waiting: 50 });
    expect(
      look(healthy({ sessions: [sessionLike({ relays: [rig, captures], framesPerSec: 0, lastFrameAgeMs: 300_000 })] })),
    ).toMatchObject([{ cause: 'sim_idle' }, { cause: 'inconclusive', scope: { relayId: 'rig2' } }]);
  });

  it('has just come to a session that had no frame for long: it has its time to begin', () => {
    const session = (connectedAt: number) =>
      sessionLike({
        relays: [relayLike({ connectedAt, capturedHz: 0, waiting: 0 })],
        framesPerSec: 0,
        lastFrameAgeMs: 300_000,
      });
    expect(look(healthy({ sessions: [session(AT - 2_000)] }))).toEqual([]);
    expect(look(healthy({ sessions: [session(AT - 12_000)] }))).toMatchObject([{ cause: 'sim_idle' }]);
  });

  it('is paused while the other one is idle, or gone while it is: critical, as nobody feeds', () => {
    const idle = relayLike({ relayId: 'rig2', capturedHz: 0, waiting: 0, simState: 'replay' });
    const at = (over: Parameters<typeof sessionLike>[0]) =>
      sessionLike({ framesPerSec: 0, lastFrameAgeMs: 300_000, ...over });
    const paused = relayLike({ pausedBecause: 'two relays disagree' });
    expect(look(healthy({ sessions: [at({ relays: [paused, idle] })] }))).toMatchObject([
      { cause: 'paused_by_operations', severity: 'critical' },
      { cause: 'sim_idle', scope: { relayId: 'rig2' } },
    ]);
    expect(
      look(healthy({ sessions: [at({ relays: [paused, idle], framesPerSec: 10, lastFrameAgeMs: 90 })] })),
    ).toMatchObject([{ cause: 'paused_by_operations', severity: 'warning' }]);
    const gone = goneBy('connection lost', 300_000);
    expect(look(healthy({ relays: gone, sessions: [at({ relays: [idle] })] }))).toMatchObject([
      { cause: 'gone', severity: 'critical' },
      { cause: 'sim_idle' },
    ]);
  });

  it('is connected and waits for its sim to be started', () => {
    const waiting = [
      {
        ...{ socketId: 's', user: 'rig', connectedAt: AT - 30_000, source: 'iracing' },
        ...{ simState: 'sim-not-running', capturedHz: 0 },
      },
    ];
    const at = { sessions: [], summary: nobody, relays: { ...NOBODY, waiting } };
    expect(look(healthy(at))).toMatchObject([{ cause: 'sim_idle', severity: 'info' }]);
    expect(look(healthy({ ...at, summary: { relays: { connected: 1 } } }))).toEqual([]);
  });

  it('waits, or went before its session, while another show is fed: it is told by its show, of which nothing is fed', () => {
    const waits = {
      ...{ socketId: 's', user: 'rig', connectedAt: AT - 600_000, source: 'iracing' },
      ...{ simState: 'sim-not-running', capturedHz: 0 },
    };
    const gone = { relayId: 'cli:relay', sessionId: null, goneAt: AT - 60_000, reason: 'kill-switch', message: null };
    const at = (over: Partial<OpsRelays>) => look(healthy({ relays: { ...NOBODY, everSeen: 1, ...over } }));
    expect(at({ waiting: [{ ...waits, show: 'b' }] })).toMatchObject([
      { cause: 'sim_idle', severity: 'info', scope: { show: 'b' } },
    ]);
    expect(at({ away: [{ ...gone, show: 'b' }] })).toMatchObject([
      { cause: 'kill_switch', severity: 'warning', scope: { show: 'b', relayId: 'cli:relay' } },
    ]);
    // A second one of the show that is fed is a spare; of which show one is cannot always be told.
    for (const show of ['local', null]) {
      expect(at({ waiting: [{ ...waits, show }] })).toEqual([]);
      expect(at({ away: [{ ...gone, show }] })).toEqual([]);
    }
    const resumed = sessionLike({ relays: [], framesPerSec: 0, lastFrameAgeMs: 9_000_000 });
    expect(
      look(healthy({ sessions: [resumed], relays: { ...NOBODY, waiting: [{ ...waits, show: 'local' }] } })),
    ).toMatchObject([{ cause: 'sim_idle', severity: 'warning', scope: { show: 'local' } }]);
  });

  it('is connected and says that it captures, and nothing comes: inconclusive, with what is missing', () => {
    const relay = (capturedHz: number | null) => relayLike({ capturedHz, waiting: 50, simState: null });
    const at = (capturedHz: number | null) =>
      look(
        healthy({ sessions: [sessionLike({ relays: [relay(capturedHz)], framesPerSec: 0, lastFrameAgeMs: 15_000 })] }),
      );
    expect(at(10)).toMatchObject([{ cause: 'inconclusive', confidence: 'low' }]);
    expect(at(null)[0]?.because).toContain('relay:status');
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
