import { describe, expect, it } from 'vitest';
import { liveRoom } from './rooms.js';
import { feedResync, handshakeAuth, relayBye, relayHello, sessionJoin } from './socket-events.js';

describe('calls of a viewer', () => {
  it('RGT-6: a join names either a session or a show, and its audience', () => {
    const live = { audience: 'live' };
    expect(sessionJoin.safeParse({ ...live, sessionId: 'sess_1' }).success).toBe(true);
    expect(sessionJoin.safeParse({ ...live, show: 'my-league' }).success).toBe(true);
    expect(sessionJoin.safeParse({ ...live, sessionId: 'sess_1', show: 'my-league' }).success).toBe(false);
    expect(sessionJoin.safeParse(live).success).toBe(false);
    expect(sessionJoin.safeParse({ sessionId: 'sess_1' }).success).toBe(false);
    expect(sessionJoin.safeParse({ sessionId: 'sess_1', audience: 'car' }).success).toBe(false);
  });

  it('RGT-6: an extra delay is whole milliseconds from 0 to 120,000', () => {
    const joins = (extraDelayMs: unknown) =>
      sessionJoin.safeParse({ audience: 'broadcast', show: 'local', extraDelayMs }).success;
    expect([0, 120_000].map(joins)).toEqual([true, true]);
    expect([-1, 0.5, 120_001, Number.NaN, '5'].map(joins)).toEqual([false, false, false, false, false]);
  });

  it('RGT-7: a handshake may say who it is or nothing at all, but not anything', () => {
    expect(handshakeAuth.safeParse({}).success).toBe(true);
    expect(handshakeAuth.safeParse({ clientKind: 'overlay', surface: 'timing-tower' }).success).toBe(true);
    expect(handshakeAuth.safeParse({ clientKind: 'admin' }).success).toBe(false);
    expect(handshakeAuth.safeParse({ token: 'x'.repeat(8_193) }).success).toBe(false);
  });

  it('FEED-3: asking again needs the epoch and a sequence number from 0', () => {
    expect(feedResync.safeParse({ epoch: 'e', seq: 0 }).success).toBe(true);
    for (const seq of [-1, 1.5, Number.NaN, undefined])
      expect(feedResync.safeParse({ epoch: 'e', seq }).success).toBe(false);
  });

  it('RGT-6: the room of a session is named as the runbook names it', () => {
    expect(liveRoom('sess_1')).toBe('session:sess_1');
  });
});

describe('calls of a relay', () => {
  const hello = {
    ...{ relayId: 'rig', run: 'r1', version: '0.1.0', protocol: 1, source: 'iracing', sim: 'iracing' },
    ...{ simSessionKey: '43625377:0', playback: false },
  };

  it('WIR-13: a greeting says which relay, run and session it is; another protocol is still read', () => {
    expect(relayHello.parse({ ...hello, protocol: 99, rig: 'left' })).toEqual({ ...hello, protocol: 99, rig: 'left' });
    for (const field of ['relayId', 'run', 'simSessionKey', 'playback', 'protocol']) {
      expect(relayHello.safeParse({ ...hello, [field]: undefined }).success).toBe(false);
    }
    expect(relayHello.safeParse({ ...hello, run: '' }).success).toBe(false);
  });

  it('WIR-13: a goodbye gives one of the known reasons', () => {
    expect(relayBye.safeParse({ reason: 'finished' }).success).toBe(true);
    expect(relayBye.safeParse({ reason: 'bored' }).success).toBe(false);
  });
});
