import { describe, expect, it } from 'vitest';
import { relayBye, relayHello } from './relay-calls.js';

describe('calls of a relay', () => {
  const hello = {
    relayId: 'rig',
    run: 'r1',
    version: '0.1.0',
    protocol: 1,
    source: 'iracing',
    sim: 'iracing',
    simSessionKey: '43625377:0',
    playback: false,
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
