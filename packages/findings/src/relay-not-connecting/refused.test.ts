import type { OpsEvent, RelayRefusal } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { AT, goneBy, healthy, NOBODY, refusal, relayLike, sessionLike } from '../testing/healthy-night.js';
import { relayNotConnecting } from './detect.js';

const look = relayNotConnecting.look;
const nobody = { relays: { connected: 0 } };

describe('a relay that is refused', () => {
  it('is told why: its token, its version, or where it calls from', () => {
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
    // What is to be typed names the real show.
    expect(seen({ show: 'b' })[0]?.nextStep.command).toBe('okboxbox token --role relay --show b --ttl 12h');
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

  const told = (over: Partial<RelayRefusal>, sessions = [sessionLike()]) =>
    look(healthy({ sessions, relays: { ...NOBODY, everSeen: 1, refused: [refusal({ user: 'rig', ...over })] } }));
  const unfed = (show: string) =>
    sessionLike({ sessionId: `sess_${show}`, show, relays: [], framesPerSec: 0, lastFrameAgeMs: 30_000 });

  it('is refused while its show is fed: that is a warning, and critical where nobody feeds it', () => {
    expect(told({ show: 'local' })).toMatchObject([{ cause: 'refused_token', severity: 'warning' }]);
    expect(told({ show: 'local', why: 'version' })).toMatchObject([{ severity: 'warning' }]);
    expect(told({ show: 'b' })).toMatchObject([{ severity: 'critical' }]);
    expect(told({ show: 'local' }, [unfed('local')])).toMatchObject([{ severity: 'critical' }]);
    // One that is connected and sends nothing is no help.
    expect(told({ show: 'local' }, [sessionLike({ framesPerSec: 0 })])[0]).toMatchObject({ severity: 'critical' });
    expect(told({ joined: false })).toMatchObject([{ severity: 'warning' }]);
    expect(told({ joined: false }, [sessionLike(), unfed('b')])[0]).toMatchObject({ severity: 'critical' });
  });

  it('is told to be started again where it has ended', () => {
    expect(told({ show: 'b' })[0]?.nextStep.text).toContain('If the relay has ended, start it again.');
  });

  it('keeps records of a show that its token does not cover: a warning, with a token for both', () => {
    const kept = { code: 'forbidden', capability: 'relay:publish', show: 'b', feedsAnother: true } as const;
    const [found] = told(kept);
    expect(found).toMatchObject({ severity: 'warning', scope: { show: 'b' } });
    expect(found?.summary).toContain('keeps records of show "b"');
    expect(found?.nextStep.command).toBe('okboxbox token --role relay --show local b --ttl 12h');
    expect(told(kept, [sessionLike(), unfed('b')])[0]).toMatchObject({ severity: 'critical' });
  });

  it('has lost its connection because its token expired: the refusal is the one finding', () => {
    const session = sessionLike({ relays: [], framesPerSec: 0, lastFrameAgeMs: 20_000 });
    const lost = (over: Partial<RelayRefusal>, sessions = [session]) => {
      const refused = [refusal({ show: 'local', user: 'rig', firstAt: AT - 19_900, ...over })];
      const found = look(
        healthy({ sessions, relays: { ...goneBy('connection lost', 20_000), refused }, summary: nobody }),
      );
      return found.map(({ cause, severity }) => `${cause} ${severity}`);
    };
    expect(lost({ at: AT - 19_900 })).toEqual(['refused_token critical']);
    expect(lost({ at: AT - 19_900, show: null, joined: false })).toEqual(['refused_token critical']);
    // It was refused before it left, or is of another show: that explains nothing.
    expect(lost({ at: AT - 20_100 })).toContain('gone critical');
    expect(lost({ show: 'b' })).toContain('gone critical');
    expect(lost({ isOfStranger: true, user: null })).toContain('gone critical');
    // Where another feeds the show, both are told, and neither is critical.
    expect(lost({}, [sessionLike({ relays: [relayLike({ relayId: 'other' })] })])).toEqual([
      'refused_token warning',
      'gone warning',
    ]);
  });
});
