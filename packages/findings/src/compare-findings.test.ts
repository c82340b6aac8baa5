import { expect, it } from 'vitest';
import { compareFindings, findingKey } from './compare-findings.js';
import { DETECTORS } from './failure-modes.js';
import { runDetectors } from './run-detectors.js';
import { goneBy, groupLike, healthy, sessionLike } from './testing/healthy-night.js';

it('findings of two looks are the same by what is wrong and of what, and else are named', () => {
  const session = sessionLike({ relays: [], framesPerSec: 0 });
  const first = runDetectors(healthy({ sessions: [session], relays: goneBy('stopped', 9_000) }), DETECTORS).findings;
  const inLive = [groupLike({ role: 'overlay', room: 'live' })];
  const second = runDetectors(healthy({ socketGroups: inLive }), DETECTORS).findings;
  const later = first.map((each) => ({ ...each, since: 0, summary: 'in other words' }));
  expect(compareFindings(first, later)).toEqual({ areSame: true, onlyFirst: [], onlySecond: [] });
  const { areSame, onlyFirst, onlySecond } = compareFindings(first, second);
  expect(areSame).toBe(false);
  expect(onlyFirst.map(({ cause }) => cause)).toEqual(['gone']);
  expect(onlySecond.map(({ cause }) => cause)).toEqual(['overlay_in_live_room']);
});

it('the same code of two sessions is two findings; other sockets do not make it another', () => {
  const scoped = (scope: Parameters<typeof findingKey>[0]['scope']) =>
    findingKey({ code: 'DASHBOARD_STALE', cause: 'wrong_room', scope });
  const one = scoped({ sessionId: 'sess_1', socketIds: ['a'] });
  expect(scoped({ sessionId: 'sess_1', socketIds: ['b', 'c'] })).toBe(one);
  expect(scoped({ sessionId: 'sess_2', socketIds: ['a'] })).not.toBe(one);
  // A name may hold any character: it does not run into the next field.
  expect(scoped({ show: 'a|b' })).not.toBe(scoped({ show: 'a', sessionId: 'b' }));
});
