import type { FeedEvent, FeedState } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { followPits, NO_PITS, type PitLog, pitLines } from './pit-board.js';
import { eventOf, type FieldCar, fieldOf } from './testing/field.js';

const IN_PIT: FieldCar = { status: 'pit', inPit: true };
let id = 0;
const event = (name: FeedEvent['name'], at: number, more: Partial<FeedEvent> = {}) =>
  eventOf(++id, name, { car: 1, sessionTimeMs: at, ...more });

/** A race at a time of its clock, with these events and the second car in the pits or not. */
function at(ms: number, events: readonly FeedEvent[], isIn: boolean): FeedState {
  const field = fieldOf([{}, isIn ? IN_PIT : {}, {}]);
  return { ...field, clock: { ...field.clock, sessionTimeMs: ms }, events };
}
const lines = (race: FeedState, log: PitLog) =>
  pitLines(race, log, 6).map(({ carNumber, lane, box, where, driver }) => [carNumber, lane, box, where, driver]);

describe('the pit board', () => {
  const entered = event('pit.entered', 100_000);
  const stopped = event('box.stopped', 108_000, { ms: 1_000 });
  const changed = event('driver.changed', 120_000, { to: 'Ada' });
  const left = event('box.left', 130_000, { ms: 23_000 });
  const out = event('pit.left', 140_000, { ms: 40_000 });

  it('runs the time in the lane and in the box, and keeps the stop when it is over', () => {
    const inLane = at(105_250, [entered], true);
    let log = followPits(NO_PITS, inLane);
    expect(lines(inLane, log)).toEqual([['11', '5.2', '–', 'lane', null]]);
    const inBox = at(121_000, [entered, stopped, changed], true);
    log = followPits(log, inBox);
    expect(lines(inBox, log)).toEqual([['11', '21.0', '14.0', 'box', 'Ada']]);
    const onTrack = at(150_000, [left, out], false);
    log = followPits(log, onTrack);
    expect(lines(onTrack, log)).toEqual([['11', '40.0', '23.0', 'track', 'Ada']]);
    // Nothing is taken twice.
    expect(followPits(log, onTrack)).toEqual(log);
  });

  it('knows no times of a visit whose entry it has not seen', () => {
    const race = at(121_000, [], true);
    expect(lines(race, followPits(NO_PITS, race))).toEqual([['11', '–', '–', 'lane', null]]);
  });

  it('leaves out a visit that is over and of which no time is known', () => {
    const race = at(141_000, [event('pit.left', 140_000)], false);
    const log = followPits(NO_PITS, race);
    expect(log.over).toHaveLength(1);
    expect(lines(race, log)).toEqual([]);
  });

  it('knows a visit from before its first picture once all events of the session are here, and goes on from them', () => {
    const race = at(121_000, [changed], true);
    let log = followPits(NO_PITS, race);
    expect(lines(race, log)).toEqual([['11', '–', '–', 'lane', null]]);
    const all = [entered, stopped, changed];
    log = followPits(log, race, all);
    expect(lines(race, log)).toEqual([['11', '21.0', '14.0', 'box', 'Ada']]);
    // While rows are on their way again, the newest events are enough.
    const onTrack = at(150_000, [changed, left, out], false);
    log = followPits(log, onTrack);
    expect(lines(onTrack, log)).toEqual([['11', '40.0', '23.0', 'track', 'Ada']]);
    expect(followPits(log, onTrack, [...all, left, out])).toEqual(log);
  });

  it('tells a passage without a stop, and forgets who was towed away', () => {
    const through = at(125_000, [entered, event('pit.left', 122_000)], false);
    expect(lines(through, followPits(NO_PITS, through))).toEqual([['11', '22.0', 'Through', 'track', null]]);
    const seen = followPits(NO_PITS, at(105_000, [entered], true));
    const towed = at(110_000, [entered], false);
    expect(lines(towed, followPits(seen, towed))).toEqual([]);
    const back = at(300_000, [entered, event('gone', 108_000), event('returned', 290_000)], true);
    expect(lines(back, followPits(NO_PITS, back, back.events))).toEqual([['11', '–', '–', 'lane', null]]);
  });

  it('begins anew with another session, and with one that was folded again', () => {
    const log = followPits(NO_PITS, at(150_000, [entered, stopped, left, out], false));
    const other = { ...at(10_000, [], false), session: { ...fieldOf([]).session, sessionId: 'sess_2' } };
    expect(followPits(log, other)).toMatchObject({ sessionId: 'sess_2', over: [] });
    expect(followPits(log, at(10_000, [eventOf(1, 'overtake')], false)).over).toEqual([]);
  });
});
