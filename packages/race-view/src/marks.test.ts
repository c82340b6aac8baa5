import { describe, expect, it } from 'vitest';
import {
  bestLapMark,
  classColour,
  lastLapMark,
  officialTitle,
  pitVisits,
  STATUS_LABELS,
  statusLine,
  trendMark,
  visitsTitle,
} from './marks.js';

describe('a mark', () => {
  it('says by letter, too, what its colour says', () => {
    expect(lastLapMark('session', 90_000, 90_000)).toEqual({ tone: 'best', mark: 'FL' });
    expect(lastLapMark('class', 90_000, 90_000)).toEqual({ tone: 'best', mark: 'CL' });
    expect(lastLapMark('personal', 90_000, 90_000)).toEqual({ tone: 'personal', mark: 'PB' });
    expect(lastLapMark('none', 95_000, 90_000)).toEqual({ tone: 'slower', mark: '▼' });
    expect(lastLapMark('none', 90_400, 90_000)).toEqual({ tone: 'plain', mark: '' });
    expect(lastLapMark('none', null, null)).toEqual({ tone: 'plain', mark: '' });
  });

  it('stands at a best lap only where it is the best of the session or a class', () => {
    expect(['session', 'class', 'personal'].map((mark) => bestLapMark(mark as 'session').mark)).toEqual([
      'FL',
      'CL',
      '',
    ]);
  });

  it('of a trend points up where the car comes closer, and is none below a twentieth of a second', () => {
    expect(trendMark(-312)).toEqual({ tone: 'catching', mark: '▴ 0.3' });
    expect(trendMark(1_240)).toEqual({ tone: 'losing', mark: '▾ 1.2' });
    expect([49, -49, null].map((ms) => trendMark(ms).mark)).toEqual(['', '', '']);
  });

  it('of pit visits tells stops and drive-throughs apart, and what is not known', () => {
    const shown = (pitStops: number | null, driveThroughs: number | null) => pitVisits({ pitStops, driveThroughs });
    expect([shown(0, 0), shown(2, 0), shown(0, 1), shown(2, 1)]).toEqual(['', '2', '0+1', '2+1']);
    expect([shown(null, null), shown(1, null)]).toEqual(['–', '1']);
    expect(visitsTitle({ pitStops: 2, driveThroughs: 1 })).toBe('Stops: 2, drive-throughs: 1');
    expect(visitsTitle({ pitStops: 2, driveThroughs: 0 })).toBeUndefined();
  });

  it('of a status says what the results call it, where they do', () => {
    expect(officialTitle({ officialStatus: 'Radiator' })).toBe('Results: Radiator');
    expect(officialTitle({ officialStatus: null })).toBeUndefined();
  });

  it('of a status in a sentence has the word of the results where it says more', () => {
    expect(statusLine('retired', { officialStatus: 'Radiator' })).toBe('Retired · results: Radiator');
    expect(statusLine('retired', { officialStatus: 'Retired' })).toBe('Retired');
    expect(statusLine('pit', { officialStatus: 'Running' })).toBe('In the pits');
    expect(statusLine('running', { officialStatus: null })).toBe('Running');
  });

  it('each status but running has a shape of its own', () => {
    const shapes = Object.values(STATUS_LABELS).flatMap((words) => (words === '' ? [] : [words[0]]));
    expect(shapes).toHaveLength(Object.keys(STATUS_LABELS).length - 1);
    expect(new Set(shapes).size).toBe(shapes.length);
  });
});

it('a class without a colour of its own gets one that its neighbours do not have', () => {
  expect(classColour('#ff5888', 0)).toBe('#ff5888');
  expect(new Set([0, 1, 2, 3, 4, 5].map((place) => classColour(null, place))).size).toBe(6);
});
