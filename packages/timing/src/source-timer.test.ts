import type { SourceRecord } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { SourceTimer, standings } from './index.js';
import { race, session, steady } from './testing/drive.js';

const frames = race([steady(20), steady(21, 0.01)], { until: 70 });
const timed = (...records: readonly SourceRecord[]) => {
  const timer = new SourceTimer();
  for (const record of records) timer.take(record);
  return timer;
};

describe('a source that is timed', () => {
  it('SRC-1: is one session where its clock goes on, whatever the lines between say of its entries', () => {
    const timer = timed(session(2), ...frames.slice(0, 300), session(3), ...frames.slice(300));
    expect(timer.sessions).toBe(1);
    expect(standings(timer.timing)).toHaveLength(3);
    expect(timer.timing.laps).toEqual(timed(session(2), ...frames).timing.laps);
  });

  it('SRC-1: begins another where the clock falls back, or the key or the type is another', () => {
    const once = timed(session(2), ...frames).timing;
    const practice = session(2, { type: 'practice' });
    for (const again of [[], [session(2)], [session(2, { simSessionKey: '1:1' })]]) {
      const timer = timed(session(2), ...frames, ...again, ...frames);
      expect(timer.sessions).toBe(2);
      expect(timer.timing.laps).toEqual(once.laps);
      expect(timer.timing.events).toEqual(once.events);
    }
    expect(timed(practice, ...frames, session(2), ...frames).timing.laps).toEqual(once.laps);
  });

  it('SRC-1: a clock that stumbles by less is the same session', () => {
    const stumbles = [...frames.slice(0, 300), ...frames.slice(290)];
    expect(timed(session(2), ...stumbles).sessions).toBe(1);
  });
});
