import type { OpsRelay, OpsRelays } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { AT, goneBy, healthy, NOBODY, relayLike, sessionLike } from '../testing/healthy-night.js';
import { relayNotConnecting } from './detect.js';

const look = relayNotConnecting.look;
const nobody = { relays: { connected: 0 } };

describe('a relay that is connected and sends nothing', () => {
  it('is paused by operations', () => {
    const session = sessionLike({ relays: [relayLike({ pausedBecause: 'two relays disagree' })], framesPerSec: 0 });
    expect(look(healthy({ sessions: [session] }))).toMatchObject([
      { cause: 'paused_by_operations', severity: 'critical', nextStep: { view: 'sessions' } },
    ]);
  });

  it('is not heard of at all: found sooner, and said until it feeds again, whatever becomes of its connection', () => {
    const at = (relay: Partial<OpsRelay> | null, over: Parameters<typeof healthy>[0], lastFrameAgeMs: number) => {
      const relays = relay === null ? [] : [relayLike({ roundTripMs: 4, ...relay })];
      const framesPerSec = lastFrameAgeMs > 5_000 ? 0 : 4;
      return look(healthy({ ...over, sessions: [sessionLike({ relays, framesPerSec, lastFrameAgeMs })] }));
    };
    expect(at({ heardAgeMs: 4_900 }, {}, 4_900)).toEqual([]);
    const dead = at({ heardAgeMs: 5_200 }, {}, 5_200);
    expect(dead).toMatchObject([{ cause: 'unheard', severity: 'critical' }]);
    const still = at({ heardAgeMs: 12_000 }, { before: beforeOf(dead) }, 12_000);
    expect(still).toMatchObject([{ cause: 'unheard', since: dead[0]?.since }]);
    // The server closes the connection, and the relay comes back.
    const gone = at(null, { before: beforeOf(still), relays: goneBy('connection lost', 100) }, 45_000);
    expect(gone).toMatchObject([{ cause: 'gone', severity: 'critical' }]);
    const back = at({ connectedAt: AT - 500, heardAgeMs: 40 }, { before: beforeOf(gone) }, 47_000);
    expect(back).toHaveLength(1);
    expect(at({ connectedAt: AT - 1_500, heardAgeMs: 40 }, { before: beforeOf(back) }, 60)).toEqual([]);
  });

  it('hears of a relay over a connection that takes long, which has had no time to feed yet', () => {
    const far = (agoMs: number) =>
      look(
        healthy({
          sessions: [
            sessionLike({
              relays: [relayLike({ connectedAt: AT - agoMs, roundTripMs: 8_000, heardAgeMs: 900 })],
              framesPerSec: 0,
              framesTotal: 0,
              lastFrameAgeMs: null,
            }),
          ],
        }),
      );
    expect(far(20_000)).toEqual([]);
    expect(far(27_000)).toMatchObject([{ cause: 'inconclusive' }]);
  });

  it('is one of two and the other feeds: a warning', () => {
    const relays = [relayLike({ heardAgeMs: 9_000 }), relayLike({ relayId: 'rig2', heardAgeMs: 30 })];
    expect(look(healthy({ sessions: [sessionLike({ relays })] }))).toMatchObject([
      { cause: 'unheard', severity: 'warning', scope: { relayId: 'rig' } },
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
        socketId: 's',
        user: 'rig',
        connectedAt: AT - 30_000,
        source: 'iracing',
        simState: 'sim-not-running',
        capturedHz: 0,
      },
    ];
    const at = { sessions: [], summary: nobody, relays: { ...NOBODY, waiting } };
    expect(look(healthy(at))).toMatchObject([{ cause: 'sim_idle', severity: 'info' }]);
    expect(look(healthy({ ...at, summary: { relays: { connected: 1 } } }))).toEqual([]);
  });

  it('waits, or went before its session, while another show is fed: it is told by its show, of which nothing is fed', () => {
    const waits = {
      socketId: 's',
      user: 'rig',
      connectedAt: AT - 600_000,
      source: 'iracing',
      simState: 'sim-not-running',
      capturedHz: 0,
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
});
