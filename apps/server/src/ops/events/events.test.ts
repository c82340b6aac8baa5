import { OPS_EVENT_NAMES } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpsEvents } from './events.js';
import { withoutSecrets } from './free-text.js';

const SMALL = { socket: 2_000, relay: 2_000, session: 2_000, broadcast: 2_000, error: 2_000 };

describe('operations’ events', () => {
  it('are filtered before they are limited, newest first, and paged by their ids', () => {
    const events = new OpsEvents(() => 1);
    for (let n = 0; n < 50; n++) events.note('relay_joined', { sessionId: n % 10 === 0 ? 'a' : 'b', relayId: `r${n}` });
    events.note('connect', { socketId: 's' });
    const first = events.newest({ sessionId: 'a', limit: 3 });
    expect(first.events.map(({ relayId }) => relayId)).toEqual(['r40', 'r30', 'r20']);
    const rest = events.newest({ sessionId: 'a', limit: 3, before: first.before ?? 0 });
    expect(rest.events.map(({ relayId }) => relayId)).toEqual(['r10', 'r0']);
    expect(rest.before).toBeNull();
    expect(events.newest({ type: 'socket', limit: 10 }).events).toMatchObject([{ event: 'connect', type: 'socket' }]);
  });

  it('keep within their budget whatever comes, and say how many had to go', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 400 }), { minLength: 1, maxLength: 200 }), (texts) => {
        const events = new OpsEvents(() => 1, SMALL);
        for (const message of texts) events.note('handler_error', { subsystem: 'http', message });
        const { events: kept, evicted } = events.newest({ type: 'error', limit: 1_000 });
        expect(events.bytes).toBeLessThanOrEqual(2_000);
        expect(kept.length + evicted).toBe(texts.length);
        expect(kept.map(({ id }) => id)).toEqual(kept.map((_, i) => texts.length - i));
      }),
    );
  });

  it('count what repeats instead of letting it push out the rest', () => {
    let now = 1_000;
    const events = new OpsEvents(() => now);
    for (let n = 0; n < 500; n++) {
      now += 10;
      events.note('frame_gap', { sessionId: 's', relayId: 'r' }, 's r');
    }
    expect(events.newest({ limit: 10 }).events).toMatchObject([
      { event: 'frame_gap', count: 500, at: 1_010, lastAt: now },
    ]);
    now += 10_000;
    events.note('frame_gap', { sessionId: 's', relayId: 'r' }, 's r');
    expect(events.newest({ limit: 10 }).events).toHaveLength(2);
  });

  it('say nothing that is not declared for them', () => {
    const events = new OpsEvents(() => 1);
    const more = { socketId: 's', token: 'hunter2', headers: 'hunter2' };
    events.note('connect', more);
    expect(JSON.stringify(events.newest({ limit: 1 }))).not.toContain('hunter2');
    expect(events.fieldsLeftOut).toBe(2);
    events.note('auth_fail', { code: 'a secret that is no code' });
    expect(events.newest({ limit: 1 }).events[0]?.code).toBe('[not a code]');
  });

  it('have the names of the contract', () => {
    expect(Object.values(OPS_EVENT_NAMES).flat()).toHaveLength(29);
  });
});

describe('free text', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9_-]{20,40}$/);
  const jwt = fc.tuple(part, part, part).map(([a, b, c]) => `eyJ${a}.${b}.${c}`);
  const around = fc.constantFrom('', ' ', '"', '(', ')', '?x=', '&', '\n', ': ', "'", '/');

  it('never keeps a token, whatever stands around it, also one that is cut off', () => {
    fc.assert(
      fc.property(jwt, around, around, fc.nat(100), (token, before, after, cut) => {
        const kept = withoutSecrets(`it failed with ${before}${token.slice(0, 15 + cut)}${after} again`);
        expect(kept).not.toContain(token.slice(3, 12));
      }),
    );
  });

  it('keeps no address of a person, no credential and no query', () => {
    const planted = [
      'mail alice.smith@example.com now',
      'connect to postgresql://admin:hunter2@db.local:5432/x failed',
      'GET https://example.com/p?code=hunter2&x=1 404',
      'password=hunter2, next',
      '{"apiKey":"hunter2"}',
      'RELAY_TOKEN: hunter2',
      'Authorization: Bearer hunter2',
      'see /l/hunter2',
      'sk_live_hunter2hunter2hunter2hunter2hunter2',
      '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----',
    ];
    for (const text of planted) {
      expect(withoutSecrets(text)).not.toContain('hunter2');
      expect(withoutSecrets(text)).not.toContain('alice');
    }
    expect(withoutSecrets('connect to postgresql://u:p@db.local:5432/x failed')).toContain('db.local:5432');
    expect(withoutSecrets('relay:frames: "seq" cannot be used: Invalid input.')).toBe(
      'relay:frames: "seq" cannot be used: Invalid input.',
    );
  });

  it('is short, and takes time by its length alone', () => {
    const nasty = [
      'a'.repeat(100_000),
      '@'.repeat(100_000),
      'eyJ'.repeat(50_000),
      '?='.repeat(50_000),
      'a@'.repeat(50_000),
    ];
    for (const text of nasty) expect(withoutSecrets(text).length).toBeLessThanOrEqual(300);
  });
});
