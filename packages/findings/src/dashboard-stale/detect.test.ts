import type { FlowStages, OpsSession, OpsSnapshot, SocketGroup } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { groupLike, healthy, sessionLike } from '../testing/healthy-night.js';
import { dashboardStale } from './detect.js';

const look = (over: Parameters<typeof healthy>[0]) => dashboardStale.look(healthy(over));
const nobody = sessionLike({ viewers: { live: 0, broadcast: 0 } });
const idle = (over: Partial<SocketGroup> = {}) =>
  groupLike({ role: 'dashboard', sessionId: null, room: 'none', count: 2, idle: 2, ...over });
const causes = (found: readonly { cause: string }[]) => found.map(({ cause }) => cause);

function delayed(over: Partial<OpsSnapshot['summary']['broadcastDelay']['sessions'][number]>) {
  const { broadcastDelay } = healthy().summary;
  return {
    broadcastDelay: { ...broadcastDelay, sessions: broadcastDelay.sessions.map((each) => ({ ...each, ...over })) },
  };
}

function stopped(stages: Partial<Record<keyof FlowStages, number>>, over: Partial<OpsSession> = {}): OpsSession {
  const { flow } = sessionLike();
  const changed = Object.fromEntries(Object.entries(stages).map(([stage, perSec]) => [stage, { total: 100, perSec }]));
  return sessionLike({ flow: { ...(flow as FlowStages), ...changed }, ...over });
}

describe('a stale dashboard', () => {
  it('is no finding where everybody is shown what they are to be shown', () => {
    expect(look({})).toEqual([]);
  });

  it('has joined nothing, and nobody has', () => {
    const [found] = look({ sessions: [nobody], socketGroups: [idle()] });
    expect(found).toMatchObject({ cause: 'nobody_joined', severity: 'warning', scope: { socketIds: ['a', 'b'] } });
    expect(found?.ruledOut.map(({ cause }) => cause)).toEqual(['unsubscribed', 'stage_stopped', 'slow_client']);
  });

  it('could not join: what was refused is said, and others that can see it make it smaller', () => {
    const refused = { refused: { forbidden: 2 } };
    expect(look({ sessions: [nobody], socketGroups: [idle(refused)] })[0]?.because).toContain('forbidden × 2');
    expect(look({ socketGroups: [groupLike(), idle(refused)] })).toMatchObject([
      { cause: 'nobody_joined', severity: 'info' },
    ]);
  });

  it('is told what to do by the code of the refusal', () => {
    const step = (codes: Record<string, number>) =>
      look({ sessions: [nobody], socketGroups: [idle({ refused: codes })] })[0]?.nextStep.text;
    expect(step({ forbidden: 2 })).toContain('give it a token');
    expect(step({ not_found: 1 })).toContain('correct its address');
    expect(step({ not_available: 1, unauthenticated: 1 })).toMatch(/wait: .*sign in there/);
    expect(step({})).toBe(
      'Reload the dashboard. If its join is refused, give it a token with the capability that is named.',
    );
  });

  it('never asked to join, while others watch: a desk’s, an operator’s or a waiting page’s connection is no such', () => {
    const never = (over: Partial<SocketGroup> = {}) => look({ socketGroups: [groupLike(), idle(over)] });
    expect(never({ idle: 8, count: 8 })).toMatchObject([
      { cause: 'some_never_joined', severity: 'warning', summary: expect.stringContaining('8 clients (dashboard)') },
    ]);
    expect(never({ role: 'overlay', idle: 1 })).toMatchObject([{ cause: 'some_never_joined', severity: 'warning' }]);
    expect(never({ idle: 1 })).toMatchObject([{ cause: 'some_never_joined', severity: 'info' }]);
    for (const role of ['director', 'ops', 'unknown']) expect(never({ role, idle: 8 })).toEqual([]);
    expect(causes(never({ refused: { not_found: 2 } }))).toEqual(['nobody_joined']);
    // Those that were refused and those that never asked are two findings.
    expect(causes(never({ idle: 5, refused: { forbidden: 2 } }))).toEqual(['nobody_joined', 'some_never_joined']);
  });

  it('waits for no publishing where its token or link shows it the picture anyway', () => {
    const over = delayed({ published: false });
    const output = idle({ role: 'overlay', count: 1, idle: 1, left: 1 });
    const found = (group: SocketGroup) => causes(look({ summary: over, socketGroups: [groupLike(), group] }));
    expect(found(output)).toEqual([]);
    expect(found({ ...output, idleWithRight: 1 })).toEqual(['unsubscribed']);
  });

  it('could not join, however many they are', () => {
    const many = (over: Partial<SocketGroup>) =>
      look({ sessions: [nobody], socketGroups: [idle({ idle: 60, ...over })] });
    expect(many({ refused: { forbidden: 60 } })).toMatchObject([{ cause: 'nobody_joined', severity: 'warning' }]);
    // Many that never asked are clients that never leave.
    expect(many({})).toEqual([]);
  });

  it('is not expected to show what does not come', () => {
    const quiet = sessionLike({ framesPerSec: 0, flow: null, viewers: { live: 0, broadcast: 0 } });
    expect(look({ sessions: [quiet], socketGroups: [idle()] })).toEqual([]);
  });

  it('is not a desk’s own connection, a relay’s or an operator’s', () => {
    for (const role of ['director', 'ops', 'unknown'])
      expect(look({ sessions: [nobody], socketGroups: [idle({ role })] })).toEqual([]);
  });

  it('is in the room of a session that has ended, while its show goes on', () => {
    const old = sessionLike({ sessionId: 'sess_old', status: 'ended', relays: [] });
    const [found] = look({
      sessions: [sessionLike(), old],
      socketGroups: [groupLike({ sessionId: 'sess_old', count: 3 })],
    });
    expect(found).toMatchObject({ cause: 'wrong_room', severity: 'warning' });
    // What runs is a session that the show does not follow.
    const notFollowed = sessionLike({ isFollowed: false });
    expect(
      look({ sessions: [notFollowed, old], socketGroups: [groupLike({ sessionId: 'sess_old', count: 3 })] }),
    ).toEqual([]);
    expect(found?.because).toContain('sess_old');
  });

  it('is of no weight where it is one page of a crowd, in an old room or in none; an output or a desk is', () => {
    const old = sessionLike({ sessionId: 'sess_old', status: 'ended', relays: [] });
    const sessions = [sessionLike({ viewers: { live: 200, broadcast: 300 } }), old];
    const severity = (group: SocketGroup) => look({ sessions, socketGroups: [groupLike(), group] })[0]?.severity;
    const behind = (over: Partial<SocketGroup>) =>
      groupLike({ role: 'public', sessionId: 'sess_old', count: 1, ...over });
    expect(severity(behind({}))).toBe('info');
    expect(severity(behind({ count: 60 }))).toBe('warning');
    expect(severity(behind({ role: 'director' }))).toBe('warning');
    const left = (count: number, role = 'public') => severity(idle({ role, count, idle: count, left: count }));
    expect(left(1)).toBe('info');
    expect(left(45)).toBe('warning');
    expect(left(1, 'overlay')).toBe('warning');
  });

  it('is in the room of another show’s last session: that is where it belongs', () => {
    const old = sessionLike({ sessionId: 'sess_old', status: 'ended', relays: [], show: 'other' });
    expect(look({ sessions: [sessionLike(), old], socketGroups: [groupLike({ sessionId: 'sess_old' })] })).toEqual([]);
  });

  it('has left and stays connected', () => {
    expect(look({ socketGroups: [groupLike(), idle({ left: 2 })] })).toMatchObject([
      { cause: 'unsubscribed', ruledOut: [{ cause: 'nobody_joined' }, {}, {}] },
    ]);
  });

  it('is behind messages that wait for it: one line, or this server’s', () => {
    const group = (buffered: number) => groupLike({ buffered, worstSocketIds: ['slow'], worstBufferedPackets: 90 });
    expect(look({ socketGroups: [{ ...group(1), count: 10 }] })).toMatchObject([
      { cause: 'buffered', severity: 'warning', scope: { socketIds: ['slow'] } },
    ]);
    expect(look({ socketGroups: [group(15)] })).toMatchObject([{ cause: 'buffered', severity: 'critical' }]);
    // A phone in a tunnel, of a crowd; an output is never one of many.
    const crowd = groupLike({ role: 'public', room: 'broadcast', count: 400 });
    expect(look({ socketGroups: [group(1), crowd] })).toMatchObject([{ severity: 'info' }]);
    const output = groupLike({ role: 'overlay', room: 'broadcast', count: 1, buffered: 1 });
    expect(look({ socketGroups: [output, crowd] })).toMatchObject([{ severity: 'warning' }]);
  });

  it('reads too slowly, so that messages are left out for it', () => {
    const group = groupLike({ buffered: 1, slow: 1, worstSocketIds: ['slow'], worstBufferedPackets: 400 });
    expect(look({ socketGroups: [group] })).toMatchObject([{ cause: 'slow_client', scope: { socketIds: ['slow'] } }]);
  });

  it('is held by the delay, as set: pages alone, since outputs are the delay’s own finding', () => {
    const pages = groupLike({ role: 'public', room: 'broadcast', count: 30 });
    for (const state of ['holding', 'paused'] as const)
      expect(look({ socketGroups: [pages], summary: delayed({ state }) })).toMatchObject([
        { cause: 'held_by_delay', severity: 'info' },
      ]);
    const overlay = groupLike({ role: 'overlay', room: 'broadcast', count: 1 });
    expect(look({ socketGroups: [pages, overlay], summary: delayed({ state: 'holding' }) })).toEqual([]);
  });

  it.each([
    ['timeline', { timeline: 0, timing: 0, liveTicks: 0, fanOut: 0, written: 0 }],
    ['timing', { timing: 0, liveTicks: 0, fanOut: 0, written: 0 }],
    ['liveTicks', { liveTicks: 0, fanOut: 0, written: 0 }],
    ['fanOut', { fanOut: 0, written: 0 }],
    ['written', { written: 0 }],
  ] as const)('is behind a stage that has stopped: %s', (stage, stages) => {
    const found = look({ sessions: [stopped(stages)], socketGroups: [groupLike({ stale: 20 })] });
    expect(found).toMatchObject([{ cause: 'stage_stopped', severity: 'critical' }]);
    expect(found[0]?.summary).toContain(`"${stage}"`);
  });

  it('is behind a disk that takes nothing: a restart does not repair it', () => {
    const stages = { timeline: 0, timing: 0, liveTicks: 0, fanOut: 0, written: 0 };
    const [found] = look({ sessions: [stopped(stages)] });
    expect(found?.nextStep.command).toBe('df -h DATA_DIR');
    expect(found?.ruledOut.map(({ cause }) => cause)).toContain('nobody_joined');
    const [alone] = look({ sessions: [stopped(stages, { viewers: { live: 0, broadcast: 0 } })], socketGroups: [] });
    expect(alone?.ruledOut.map(({ cause }) => cause)).not.toContain('nobody_joined');
    expect(look({ sessions: [stopped({ ...stages, timeline: 10 })] })[0]?.nextStep.view).toBe('sessions');
  });

  it('is not stopped where a grid stands still, or its viewers have just come', () => {
    const still = stopped({ liveTicks: 0, fanOut: 0, written: 0, broadcastTicks: 0 }, { unchangedPerSec: 10 });
    expect(look({ sessions: [still], socketGroups: [groupLike({ stale: 20 })] })).toEqual([]);
    expect(look({ sessions: [stopped({ fanOut: 0, written: 0 })], socketGroups: [groupLike()] })).toEqual([]);
  });

  it('is behind a delay whose line is not read any more', () => {
    const session = stopped({ broadcastTicks: 0 });
    expect(causes(look({ sessions: [session], summary: delayed({ bufferedMs: 45_000 }) }))).toEqual(['stage_stopped']);
    expect(look({ sessions: [session], summary: delayed({ bufferedMs: 30_000 }) })).toEqual([]);
  });

  it('is in the right room with nothing waiting, and is shown nothing new: inconclusive', () => {
    expect(look({ socketGroups: [groupLike({ stale: 1, worstAgeMs: 40_000 })] })).toMatchObject([
      { cause: 'inconclusive', confidence: 'low' },
    ]);
  });
});
