import type { Finding, OpsEvent, OpsSnapshot, RelayRefusal, SocketGroup } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DETECTORS } from './failure-modes.js';
import { beforeOf, runDetectors } from './run-detectors.js';
import { AT, groupLike, healthy, NOBODY, refusal, SESSION, sessionLike } from './testing/healthy-night.js';

const look = (snapshot: OpsSnapshot) => runDetectors(snapshot, DETECTORS).findings;
/** What changes a show's status, without the words. */
const statusOf = (findings: readonly Finding[]) =>
  findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, cause, severity, scope: { socketIds: _, ...scope } }) => ({ code, cause, severity, scope }));

/** A snapshot with strangers in it, who are also among the sockets that are counted. */
function withStrangers(
  snapshot: OpsSnapshot,
  groups: readonly SocketGroup[],
  more: {
    refused?: readonly RelayRefusal[];
    events?: readonly OpsEvent[];
    connects?: number;
    disconnects?: number;
  } = {},
): OpsSnapshot {
  const { refused = [], events = [], connects = 0, disconnects = 0 } = more;
  const { sockets } = snapshot.summary;
  const byRole: Record<string, number> = { ...sockets.byRole };
  for (const { role, count } of groups) byRole[role] = (byRole[role] ?? 0) + count;
  const total = sockets.total + groups.reduce((sum, { count }) => sum + count, 0);
  const { churn, relays } = snapshot;
  return {
    ...snapshot,
    summary: { ...snapshot.summary, sockets: { ...sockets, total, byRole } },
    socketGroups: [...snapshot.socketGroups, ...groups.map((group) => ({ ...group, isOfStrangers: true as const }))],
    relays: { ...relays, refused: [...relays.refused, ...refused] },
    events: [...events, ...snapshot.events],
    churn: {
      ...churn,
      connects: churn.connects + connects,
      disconnects: churn.disconnects + disconnects,
      ofStrangers: { connects, disconnects },
    },
  };
}

const deskOfStranger: OpsEvent = {
  id: 9,
  at: AT - 3_000,
  type: 'socket',
  event: 'auth_fail',
  where: 'director:join',
  code: 'unauthenticated',
  capability: 'racebox:director:control',
  message: 'This needs a token.',
  show: 'local',
  socketId: 'x',
};
const idle = { room: 'none', sessionId: null } as const;

describe('what somebody without a token or a link does', () => {
  it.each<[string, OpsSnapshot, readonly string[]]>([
    [
      'calling as a relay, without a token or with one that is made up',
      withStrangers(healthy(), [], { refused: [refusal({ isOfStranger: true })] }),
      ['RELAY_NOT_CONNECTING/refused_token'],
    ],
    [
      'calling as a relay from a page',
      withStrangers(healthy(), [], { refused: [refusal({ why: 'origin', isOfStranger: true })] }),
      ['RELAY_NOT_CONNECTING/refused_origin'],
    ],
    [
      'opening a director’s desk',
      withStrangers(healthy(), [], { events: [deskOfStranger] }),
      ['BROADCAST_DELAY_NOT_WORKING/director_lacks_capability'],
    ],
    [
      'waiting at a show that is not published',
      withStrangers(
        healthy({
          summary: {
            broadcastDelay: {
              ...healthy().summary.broadcastDelay,
              sessions: healthy().summary.broadcastDelay.sessions.map((each) => ({ ...each, published: false })),
            },
          },
        }),
        [groupLike({ ...idle, role: 'public', count: 30, idle: 30, refused: { not_found: 30 } })],
      ),
      ['BROADCAST_DELAY_NOT_WORKING/not_published'],
    ],
    [
      'connecting as a hundred dashboards and joining nothing',
      withStrangers(healthy(), [groupLike({ ...idle, count: 100, idle: 100 })]),
      ['SUBSCRIPTIONS_STUCK/clients_never_leave'],
    ],
    [
      'asking for sessions that do not exist',
      withStrangers(healthy(), [groupLike({ ...idle, count: 30, idle: 30, refused: { not_found: 300 } })]),
      ['DASHBOARD_STALE/nobody_joined'],
    ],
    [
      'leaving again and staying connected',
      withStrangers(healthy(), [groupLike({ ...idle, count: 30, idle: 30, left: 30 })]),
      ['DASHBOARD_STALE/unsubscribed'],
    ],
    [
      'reading nothing of what is sent',
      withStrangers(healthy(), [groupLike({ role: 'public', room: 'broadcast', count: 90, buffered: 90, slow: 90 })]),
      ['DASHBOARD_STALE/slow_client'],
    ],
    [
      'letting messages wait, as most of the room',
      withStrangers(healthy(), [groupLike({ role: 'public', room: 'broadcast', count: 90, buffered: 90 })]),
      ['DASHBOARD_STALE/buffered'],
    ],
    [
      'staying in a session that has ended, as pages or as overlays',
      withStrangers(
        healthy({ sessions: [sessionLike(), sessionLike({ sessionId: 'sess_old', status: 'ended', relays: [] })] }),
        (['public', 'overlay'] as const).map((role) =>
          groupLike({ role, sessionId: 'sess_old', room: 'broadcast', count: 90 }),
        ),
      ),
      ['BROADCAST_DELAY_NOT_WORKING/nothing_arriving', 'DASHBOARD_STALE/wrong_room'],
    ],
    [
      'coming and going all the time',
      withStrangers(healthy(), [], { connects: 2_000, disconnects: 2_000 }),
      ['SUBSCRIPTIONS_STUCK/reconnect_storm'],
    ],
    [
      'waiting at a server that no relay has come to',
      withStrangers(
        healthy({
          sessions: [],
          socketGroups: [],
          relays: NOBODY,
          summary: { sockets: { total: 0, byRole: {}, bySurface: {} } },
        }),
        [groupLike({ ...idle, role: 'public', count: 9 })],
        { refused: [refusal({ isOfStranger: true })] },
      ),
      ['RELAY_NOT_CONNECTING/never_seen', 'RELAY_NOT_CONNECTING/refused_token'],
    ],
  ])('is shown, and changes no status: %s', (_what, snapshot, expected) => {
    const found = look(snapshot);
    expect(statusOf(found)).toEqual([]);
    expect(found.map(({ code, cause }) => `${code}/${cause}`)).toEqual(expect.arrayContaining([...expected]));
    const strangers = found.filter(({ isOfStrangers }) => isOfStrangers);
    for (const { because } of strangers) expect(because).toContain('it changes no status');
    // It is not believed sooner of anybody else for that.
    expect(statusOf(look({ ...snapshot, before: beforeOf(found) }))).toEqual([]);
  });

  it('hides nothing of what is wrong with those who have one, and adds nothing to it, whatever it is', () => {
    const stranger = fc
      .record({
        role: fc.constantFrom('dashboard', 'overlay', 'public', 'director', 'ops', 'unknown'),
        room: fc.constantFrom('broadcast' as const, 'none' as const),
        sessionId: fc.constantFrom(SESSION, 'sess_old'),
        count: fc.nat(500),
        buffered: fc.nat(500),
        slow: fc.nat(500),
        stale: fc.nat(500),
        idle: fc.nat(500),
        left: fc.nat(500),
        refused: fc.dictionary(fc.constantFrom('not_found', 'unauthenticated'), fc.nat(50)),
      })
      .map((over) => groupLike({ ...over, sessionId: over.room === 'none' ? null : over.sessionId }));
    const evenings = [
      healthy(),
      healthy({ relays: { ...healthy().relays, refused: [refusal({ show: 'local' })] } }),
      healthy({ socketGroups: [groupLike({ slow: 15, worstSocketIds: ['a'] })] }),
      healthy({ socketGroups: [groupLike({ room: 'none', sessionId: null, idle: 9, count: 9, left: 9 })] }),
      healthy({ sessions: [sessionLike({ relays: [] })], relays: NOBODY }),
      healthy({ events: [{ ...deskOfStranger, id: 4, code: 'forbidden' }] }),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...evenings),
        fc.array(stranger, { maxLength: 5 }),
        fc.record({
          refused: fc.array(
            fc
              .record({
                why: fc.constantFrom('token' as const, 'origin' as const),
                at: fc.integer({ min: AT - 9e4, max: AT }),
              })
              .map((over) => refusal({ ...over, isOfStranger: true })),
            { maxLength: 3 },
          ),
          events: fc.array(fc.constant(deskOfStranger), { maxLength: 2 }),
          connects: fc.nat(5_000),
          disconnects: fc.nat(5_000),
        }),
        (evening, groups, more) => {
          expect(statusOf(look(withStrangers(evening, groups, more)))).toEqual(statusOf(look(evening)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
