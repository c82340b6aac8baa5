import type { GroupBeats, SocketGroup } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { groupLike, healthy, sessionLike } from '../testing/healthy-night.js';
import { dashboardStale } from './detect.js';

const NONE = { count: 0, socketIds: [], worstMs: 0 };
const beats = (over: Partial<GroupBeats>): GroupBeats => {
  const of = { count: 5, dead: NONE, slow: NONE, behind: NONE, ...over };
  return { answering: of.count - of.dead.count, ...of };
};
const bad = (count: number, worstMs: number) => ({ count, socketIds: ['bad'], worstMs });
const beating = (over: Partial<GroupBeats>, group: Partial<SocketGroup> = {}) =>
  groupLike({ count: 5, ...group, beats: beats(over) });
const look = (...socketGroups: SocketGroup[]) => dashboardStale.look(healthy({ socketGroups }));

describe('connections, by the heartbeats of viewers', () => {
  it('are no finding where all answer, or none sends any', () => {
    expect(look(beating({}), groupLike())).toEqual([]);
  });

  it('are dead for some: their network is at fault, and how many of which role is said', () => {
    const [found, ...others] = look(
      beating({ dead: bad(2, 6_100) }),
      beating({ count: 4 }, { role: 'public', room: 'broadcast' }),
    );
    expect(others).toEqual([]);
    expect(found).toMatchObject({ cause: 'dead_connection', severity: 'warning', scope: { socketIds: ['bad'] } });
    expect(found?.summary).toBe(
      '2 of 9 viewers (2 dashboard) do not answer any more: nothing has come for up to 6.1 s.',
    );
    expect(found?.because).toContain('7 other viewers answer');
    expect(found?.nextStep.text).toContain('of the computers that are named');
  });

  it('are dead for all: the way to this server is at fault', () => {
    const of = (count: number) =>
      look(
        beating({ count, dead: bad(count, 7_000) }),
        beating({ count: 1, dead: bad(1, 6_000) }, { role: 'overlay', room: 'broadcast' }),
      );
    expect(of(5)).toMatchObject([{ cause: 'dead_connection', severity: 'critical' }]);
    expect(of(150)[0]).toMatchObject({
      summary: expect.stringContaining('151 of 151 viewers (150 dashboard, 1 overlay)'),
    });
    expect(of(150)[0]?.nextStep.text).toContain('Check the proxy, the firewall and the uplink');
  });

  it('are dead for all as soon as the first are: the others have not answered lately either', () => {
    const [found] = look(beating({ count: 150, answering: 0, dead: bad(83, 6_000) }));
    expect(found).toMatchObject({ cause: 'dead_connection', severity: 'critical' });
    expect(found?.summary).toContain('83 of 150 viewers');
  });

  it('are dead for the only one: whose fault it is, is not known', () => {
    expect(look(beating({ count: 1, dead: bad(1, 6_000) }))).toMatchObject([
      { severity: 'warning', confidence: 'medium' },
    ]);
  });

  it('are dead for one of a crowd, which is nobody’s alarm; for an overlay it is', () => {
    const crowd = beating({ count: 200 }, { role: 'public', room: 'broadcast' });
    const one = (role: string) => look(crowd, beating({ count: 1, dead: bad(1, 6_000) }, { role, room: 'broadcast' }));
    expect(one('public')).toMatchObject([{ severity: 'info' }]);
    expect(one('overlay')).toMatchObject([{ severity: 'warning' }]);
  });

  it('are slow, for some or for all', () => {
    expect(look(beating({ slow: bad(2, 3_000) }))).toMatchObject([
      {
        cause: 'slow_connection',
        severity: 'warning',
        because: expect.stringContaining('3 other viewers have quick answers'),
      },
    ]);
    const [all] = look(beating({ slow: bad(5, 3_000) }));
    expect(all?.nextStep.text).toContain('the uplink of this server');
  });

  it('work, and the page does not keep up', () => {
    expect(look(beating({ behind: bad(1, 9_000) }))).toMatchObject([
      {
        cause: 'page_behind',
        because: expect.stringContaining('its page or its computer'),
        nextStep: { text: expect.stringContaining('Reload') },
      },
    ]);
  });

  it('are each told once where one is dead and another is slow', () => {
    expect(look(beating({ dead: bad(1, 6_000), slow: bad(2, 3_000) })).map(({ cause }) => cause)).toEqual([
      'dead_connection',
      'slow_connection',
    ]);
  });

  it('say nothing where no relay feeds: then nobody is shown anything new', () => {
    const quiet = sessionLike({ framesPerSec: 0, flow: null });
    const given = healthy({ sessions: [quiet], socketGroups: [beating({ dead: bad(2, 6_000) })] });
    expect(dashboardStale.look(given)).toEqual([]);
  });
});
