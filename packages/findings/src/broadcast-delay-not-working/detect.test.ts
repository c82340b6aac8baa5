import type { FlowStages, OpsEvent, OpsSnapshot, SocketGroup } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../failure-modes.js';
import { beforeOf, runDetectors } from '../run-detectors.js';
import { AT, groupLike, healthy, SESSION, sessionLike } from '../testing/healthy-night.js';
import { broadcastDelayNotWorking } from './detect.js';

const look = (over: Parameters<typeof healthy>[0]) => broadcastDelayNotWorking.look(healthy(over));
type Delay = OpsSnapshot['summary']['broadcastDelay'];
function delayed(over: Partial<Delay['sessions'][number]>, service: Partial<Delay> = {}) {
  const { broadcastDelay } = healthy().summary;
  const sessions = broadcastDelay.sessions.map((each) => ({ ...each, ...over }));
  return { broadcastDelay: { ...broadcastDelay, sessions, ...service } };
}
const nothingAirs = sessionLike({
  flow: { ...(sessionLike().flow as FlowStages), broadcastTicks: { total: 0, perSec: 0 } },
});
const overlays = groupLike({ role: 'overlay', room: 'broadcast', count: 2 });

describe('a broadcast delay', () => {
  it('that works is no finding', () => {
    expect(look({})).toEqual([]);
  });

  it('is passed by: an overlay is in the live room', () => {
    const inLive = groupLike({ role: 'overlay', room: 'live', count: 1 });
    expect(look({ socketGroups: [inLive, overlays] })).toMatchObject([
      { cause: 'overlay_in_live_room', severity: 'critical', scope: { sessionId: SESSION, socketIds: ['a', 'b'] } },
    ]);
    // Nothing is too early where there is no delay; it is only in the wrong place.
    expect(look({ socketGroups: [inLive], sessions: [sessionLike({ delayMs: 0 })] })).toMatchObject([
      { cause: 'overlay_in_live_room', severity: 'info' },
    ]);
  });

  it('is too long for an overlay without the right to the graphics, where the public picture is later', () => {
    const late = groupLike({ role: 'overlay', room: 'broadcast', count: 1, isOfPublicPicture: true });
    const page = groupLike({ role: 'public', room: 'broadcast', count: 3, isOfPublicPicture: true });
    const sessions = [sessionLike({ publicExtraMs: 20_000 })];
    expect(look({ sessions, socketGroups: [late, page, overlays] })).toMatchObject([
      { cause: 'overlay_in_public_picture', severity: 'warning', scope: { sessionId: SESSION, socketIds: ['a', 'b'] } },
    ]);
    expect(look({ sessions, socketGroups: [page, overlays] })).toEqual([]);
    // Both pictures are the same then.
    expect(look({ socketGroups: [late] })).toEqual([]);
  });

  it('is not initialised, longer than a start takes', () => {
    const summary = delayed({}, { initialized: false, because: 'The timelines of sess_x cannot be read.' });
    expect(look({ summary: { ...summary, uptimeMs: 7_000 } })).toEqual([]);
    const [found] = look({ summary });
    expect(found).toMatchObject({ cause: 'service_not_initialized', severity: 'critical' });
    expect(found?.because).toContain('sess_x');
  });

  it('is not initialised by a damaged session that runs: one finding; of another session the loss is said beside it', () => {
    const because = `The timelines of ${SESSION} cannot be read: nothing of them airs.`;
    const { summary } = { summary: delayed({}, { initialized: false, because }) };
    const loss = { since: AT, bytes: 300, places: 1, records: null, from: null, to: AT, file: '000001.seg' };
    const damaged = sessionLike({ loss: { ...loss, because: 'no segment of this version', isAccepted: false } });
    const codes = (sessions: OpsSnapshot['sessions']) =>
      runDetectors(healthy({ summary, sessions }), DETECTORS).findings.map(({ cause }) => cause);
    expect(codes([damaged])).toEqual(['service_not_initialized']);
    const waits = (code: string) => {
      const overlay = groupLike({
        role: 'overlay',
        sessionId: null,
        room: 'none',
        count: 2,
        idle: 2,
        refused: { [code]: 2 },
      });
      const given = healthy({ summary, sessions: [damaged], socketGroups: [groupLike(), overlay] });
      return runDetectors(given, DETECTORS).findings.map(({ cause }) => cause);
    };
    expect(waits('not_available')).toEqual(['service_not_initialized']);
    expect(waits('forbidden')).toEqual(['service_not_initialized', 'nobody_joined']);
    const other = { ...damaged, sessionId: 'sess_other', status: 'ended' } as const;
    expect(codes([sessionLike(), other])).toEqual(['service_not_initialized', 'records_lost']);
  });

  const refusal = (agoMs: number): OpsEvent => ({
    id: 7,
    at: AT - agoMs,
    type: 'socket',
    event: 'auth_fail',
    socketId: 'desk',
    where: 'broadcast:delay:set',
    code: 'forbidden',
    capability: 'racebox:director:control',
    message: 'This needs the capability.',
  });
  const set = (agoMs: number): OpsEvent => ({ id: 9, at: AT - agoMs, type: 'broadcast', event: 'broadcast:delay:set' });

  it('is asked for by a director without the capability, until one is set or two minutes have passed', () => {
    const found = look({ events: [refusal(5_000)] });
    expect(found).toMatchObject([
      { cause: 'director_lacks_capability', severity: 'warning', scope: { socketIds: ['desk'] } },
    ]);
    expect(found[0]?.evidence.flatMap(({ events }) => events ?? [])).toEqual([7]);
    expect(look({ events: [set(1_000), refusal(5_000)] })).toEqual([]);
    expect(look({ events: [refusal(5_000), set(60_000)] })).toHaveLength(1);
    expect(look({ events: [refusal(90_000)] })).toEqual([]);
    expect(look({ events: [refusal(90_000)], before: beforeOf(found) })).toHaveLength(1);
  });

  it('is asked for in vain in one show, whatever another show’s director sets', () => {
    const refused = { ...refusal(5_000), show: 'a' };
    const found = look({ events: [{ ...set(1_000), show: 'b' }, refused] });
    expect(found).toMatchObject([{ cause: 'director_lacks_capability', scope: { show: 'a' } }]);
    expect(look({ events: [{ ...set(1_000), show: 'a' }, refused] })).toEqual([]);
    expect(look({ events: [{ ...refused, at: AT - 90_000 }], before: beforeOf(found) })).toHaveLength(1);
    const two = look({ events: [refused, { ...refused, show: 'b', socketId: 'other' }] });
    expect(two.map(({ scope }) => scope)).toEqual([
      { show: 'a', socketIds: ['desk'] },
      { show: 'b', socketIds: ['other'] },
    ]);
  });

  it('is not the matter where another right was missing', () => {
    expect(look({ events: [{ ...refusal(5_000), capability: 'session:live', where: 'session:join' }] })).toEqual([]);
  });

  it('of a show that is not published: outputs without a right are turned away', () => {
    const turnedAway = groupLike({
      role: 'overlay',
      sessionId: null,
      room: 'none',
      count: 1,
      idle: 1,
      refused: { not_found: 1 },
    });
    const summary = delayed({ published: false });
    expect(look({ socketGroups: [turnedAway], summary })).toMatchObject([{ cause: 'not_published' }]);
    expect(look({ socketGroups: [turnedAway] })).toEqual([]);
    const withdrawn = { ...turnedAway, refused: {}, left: 1 };
    expect(look({ socketGroups: [withdrawn], summary })).toMatchObject([{ cause: 'not_published' }]);
  });

  it('of a show that is not published has an audience that waits, and nobody is told to disconnect it', () => {
    const waits = (over: Partial<SocketGroup>) =>
      groupLike({ role: 'public', sessionId: null, room: 'none', count: 200, idle: 200, ...over });
    for (const audience of [waits({ refused: { not_found: 200 } }), waits({ left: 200 })]) {
      const given = healthy({
        socketGroups: [audience],
        sessions: [sessionLike({ viewers: { live: 0, broadcast: 0 } })],
        summary: { ...delayed({ published: false }), sockets: { total: 202, byRole: {}, bySurface: {} } },
      });
      expect(runDetectors(given, DETECTORS).findings).toMatchObject([{ cause: 'not_published' }]);
    }
  });

  it('is holding, or paused: expected', () => {
    for (const state of ['holding', 'paused'] as const)
      expect(look({ summary: delayed({ state }), socketGroups: [overlays] })).toMatchObject([
        { cause: 'holding', severity: 'info' },
      ]);
    const pages = groupLike({ role: 'public', room: 'broadcast' });
    expect(look({ summary: delayed({ state: 'holding' }), socketGroups: [pages] })).toEqual([]);
  });

  it('has been holding for much longer than it is: inconclusive', () => {
    const summary = delayed({ state: 'holding' });
    const since = (agoMs: number) => [
      {
        code: 'BROADCAST_DELAY_NOT_WORKING',
        cause: 'holding',
        since: AT - agoMs,
        scope: { sessionId: SESSION, show: 'local' },
      } as const,
    ];
    expect(look({ summary, socketGroups: [overlays], before: since(40_000) })).toMatchObject([{ cause: 'holding' }]);
    expect(look({ summary, socketGroups: [overlays], before: since(60_000) })).toMatchObject([
      { cause: 'inconclusive', since: AT - 60_000 },
    ]);
  });

  it('has been holding for no longer because something else has been wrong with it for longer', () => {
    const summary = delayed({ state: 'holding' });
    const inLive = groupLike({ role: 'overlay', room: 'live', count: 1 });
    const socketGroups = [inLive, overlays];
    const before = beforeOf(look({ socketGroups })).map((each) => ({ ...each, since: AT - 3_600_000 }));
    const found = look({ summary, socketGroups, before });
    expect(found).toMatchObject([{ cause: 'overlay_in_live_room' }, { cause: 'holding', since: AT }]);
    const later = [...before, { ...beforeOf(found)[1], since: AT - 60_000 }] as typeof before;
    expect(look({ summary, socketGroups, before: later })).toMatchObject([
      { cause: 'overlay_in_live_room' },
      { cause: 'inconclusive', since: AT - 60_000 },
    ]);
  });

  it('gets nothing, since its outputs watch a session that has ended', () => {
    const old = sessionLike({ sessionId: 'sess_old', status: 'ended', relays: [] });
    const behind = groupLike({ role: 'overlay', room: 'broadcast', sessionId: 'sess_old', count: 1 });
    const at = { sessions: [sessionLike(), old], socketGroups: [behind] };
    expect(look(at)).toMatchObject([{ cause: 'nothing_arriving', scope: { sessionId: SESSION } }]);
    // Its end is still to be seen by those who see it later.
    const { sessions } = healthy().summary.broadcastDelay;
    const airing = delayed(
      {},
      { sessions: [...sessions, ...sessions.map((each) => ({ ...each, sessionId: 'sess_old' }))] },
    );
    expect(look({ ...at, summary: airing })).toEqual([]);
  });

  it('gets nothing, since its line is empty while things happen', () => {
    const empty = { bufferedEvents: 0, bufferedMs: 0 };
    const [found] = look({ summary: delayed(empty), sessions: [nothingAirs] });
    expect(found).toMatchObject({ cause: 'nothing_arriving', severity: 'critical' });
    // The outputs have the right address.
    expect(found?.nextStep).toMatchObject({ view: 'sessions' });
    expect(found?.nextStep.command).toBeUndefined();
    expect(look({ summary: delayed({ ...empty, delayMs: 0, state: 'live' }), sessions: [nothingAirs] })).toEqual([]);
    // What came later than the delay airs at once, and the line is as good as empty.
    expect(look({ summary: delayed(empty) })).toEqual([]);
  });

  it('that has just been set holds an empty line, and gets nothing where that stays empty', () => {
    const at = {
      summary: delayed({ state: 'holding', bufferedEvents: 0, bufferedMs: 0 }),
      socketGroups: [overlays],
      sessions: [nothingAirs],
    };
    const begun = (agoMs: number) => [{ ...set(agoMs), sessionId: SESSION }];
    const first = look({ ...at, events: begun(500) });
    expect(first).toMatchObject([{ cause: 'holding', severity: 'info' }]);
    expect(first[0]?.ruledOut.map(({ cause }) => cause)).toEqual(['service_not_initialized']);
    const second = look({ ...at, events: begun(4_500), before: beforeOf(first) });
    expect(second).toMatchObject([{ cause: 'nothing_arriving', severity: 'critical' }]);
    // Also where only pages watch, of which nobody says that they are held.
    const pages = groupLike({ role: 'public', room: 'broadcast', count: 2 });
    expect(look({ ...at, socketGroups: [pages], events: begun(4_500) })).toMatchObject([{ cause: 'nothing_arriving' }]);
  });
});
