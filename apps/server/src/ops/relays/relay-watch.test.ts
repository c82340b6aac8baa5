import { beforeEach, describe, expect, it } from 'vitest';
import { ConnectedRelays } from '../../owner/ingest/connected-relays.js';
import { type Goodbye, type RelayRefusal, Taps } from '../../taps.js';
import { RelayWatch } from './relay-watch.js';

const FEEDING = {
  run: 'run-1',
  version: '0.1.0',
  source: 'iracing',
  taken: 0,
  acknowledged: 0,
  heardAt: 0,
  status: null,
  statusAt: null,
  clock: null,
  askedHz: null,
  askedBecause: null,
};

const GOODBYE: Goodbye = { sessionId: null, relayId: 'cli:relay', reason: 'kill-switch', message: null, show: null };
const REFUSAL: RelayRefusal = {
  why: 'token',
  code: 'unauthenticated',
  capability: null,
  message: 'no',
  show: null,
  user: null,
};

describe('relays that do not feed', () => {
  let now = 1_000_000;
  let taps: Taps;
  let relays: ConnectedRelays;
  let watch: RelayWatch;
  const waits = { socketId: 's', user: 'rig', connectedAt: 1_000_000, source: null, simState: null, capturedHz: null };
  beforeEach(() => {
    now = 1_000_000;
    taps = new Taps();
    relays = new ConnectedRelays();
    watch = new RelayWatch(taps, relays, () => now);
  });

  it('are remembered with what they said before they went, until they are back', () => {
    taps.relay.emit?.('connected', 'sess_a', 'rig', null);
    expect(watch.look()).toMatchObject({ everSeen: 1, newestAt: now, away: [] });
    now += 500;
    taps.goodbye.emit?.({ ...GOODBYE, sessionId: 'sess_a', relayId: 'rig', message: 'a message' });
    now += 20;
    taps.relay.emit?.('disconnected', 'sess_a', 'rig', 'kill-switch');
    const away = {
      relayId: 'rig',
      sessionId: 'sess_a',
      goneAt: 1_000_500,
      reason: 'kill-switch',
      message: 'a message',
    };
    expect(watch.look().away).toEqual([away]);
    taps.relay.emit?.('connected', 'sess_a', 'rig', null);
    expect(watch.look()).toMatchObject({ everSeen: 1, away: [] });
  });

  it('have lost their connection where they said nothing', () => {
    taps.relay.emit?.('connected', 'sess_a', 'rig', null);
    taps.relay.emit?.('disconnected', 'sess_a', 'rig', 'connection lost');
    expect(watch.look().away).toMatchObject([{ reason: 'connection lost', message: null }]);
  });

  it('that had no session yet are forgotten when one comes or waits: it may be the same', () => {
    taps.goodbye.emit?.(GOODBYE);
    expect(watch.look().away).toMatchObject([{ relayId: 'cli:relay', sessionId: null }]);
    const gone = relays.connected(() => waits);
    expect(watch.look()).toMatchObject({ away: [], waiting: [waits] });
    gone();
    expect(watch.look().waiting).toEqual([]);
  });

  it('that had no session yet are not forgotten for those of other shows, or that were there before', () => {
    for (const show of ['a', 'b']) taps.goodbye.emit?.({ ...GOODBYE, show });
    const shows = () => watch.look().away.map(({ show }) => show);
    relays.connected(() => ({ ...waits, show: 'a', connectedAt: now - 1 }));
    expect(shows()).toEqual(['b', 'a']);
    relays.connected(() => ({ ...waits, show: 'a' }));
    expect(shows()).toEqual(['b']);
    relays.add({
      relayId: 'rig',
      show: 'b',
      tell: () => undefined,
      disconnect: () => undefined,
      look: () => ({ ...FEEDING, connectedAt: now, sessionId: 'sess_b' }),
    });
    expect(shows()).toEqual([]);
  });

  it('are counted where they are refused, for two minutes, and what they said is without secrets', () => {
    const refuse = (message: string) => taps.relayRefusal.emit?.({ ...REFUSAL, message });
    refuse('no');
    now += 30_000;
    refuse('token=abcdefgh is no token');
    expect(watch.look().refused).toMatchObject([{ count: 2, firstAt: 1_000_000, at: 1_030_000 }]);
    expect(JSON.stringify(watch.look())).not.toContain('abcdefgh');
    now += 120_001;
    expect(watch.look().refused).toEqual([]);
  });

  it('that are refused for one show and feed another with the same token keep something of before', () => {
    taps.relayRefusal.emit?.({ ...REFUSAL, code: 'forbidden', show: 'a', user: 'cli:relay' });
    const feeds = (user: string, connectedAt: number) =>
      relays.add({
        relayId: 'rig',
        show: 'b',
        look: () => ({ ...FEEDING, user, connectedAt, sessionId: 'sess_b' }),
        tell: () => undefined,
        disconnect: () => undefined,
      });
    const told = () => watch.look().refused.map(({ feedsAnother }) => feedsAnother);
    feeds('somebody', now);
    feeds('cli:relay', now - 1);
    expect(told()).toEqual([undefined]);
    feeds('cli:relay', now);
    expect(told()).toEqual([true]);
  });

  it('are refused by show, until a relay has come to that show; those of other shows change nothing', () => {
    const refuse = (show: string | null) =>
      taps.relayRefusal.emit?.({ ...REFUSAL, code: 'forbidden', show, user: 'cli:relay' });
    const feeds = (show: string) => {
      const connectedAt = now;
      const look = () => ({ ...FEEDING, connectedAt, sessionId: `sess_${show}` });
      return relays.add({ relayId: 'rig', show, look, tell: () => undefined, disconnect: () => undefined });
    };
    const shows = () => watch.look().refused.map(({ show, count }) => [show, count]);
    feeds('b');
    now += 1_000;
    for (const show of ['a', 'b', 'b', null]) refuse(show);
    expect(shows()).toEqual([
      ['a', 1],
      ['b', 2],
      [null, 1],
    ]);
    now += 1_000;
    feeds('a');
    expect(shows()).toEqual([
      ['b', 2],
      [null, 1],
    ]);
    feeds('b');
    expect(shows()).toEqual([[null, 1]]);
  });

  it('are refused, and a relay that comes then may be that one where it was not here meanwhile', () => {
    const joined = () => watch.look().refused.map((refusal) => refusal.joined);
    const refuse = () => taps.relayRefusal.emit?.(REFUSAL);
    taps.relay.emit?.('connected', 'sess_a', 'rig', null);
    now += 1_000;
    refuse();
    now += 1_000;
    taps.relay.emit?.('disconnected', 'sess_a', 'rig', 'connection lost');
    now += 1_000;
    taps.relay.emit?.('connected', 'sess_a', 'rig', null);
    expect(joined()).toEqual([false]);
    taps.relay.emit?.('connected', 'sess_b', 'other', null);
    expect(joined()).toEqual([true]);
    refuse();
    expect(joined()).toEqual([false]);
  });

  it('are nobody’s business once nobody watches', () => {
    watch.close();
    expect([taps.relay.emit, taps.goodbye.emit, taps.relayRefusal.emit]).toEqual([null, null, null]);
  });
});
