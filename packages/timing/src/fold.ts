import type { CarSample, EntryInfo, Frame, MessageLine, SessionLine, SourceRecord } from '@okboxbox/protocol';
import { sectorBegins, takeCrossing } from './laps.js';
import { type Crossing, move } from './motion.js';
import { reorder } from './order.js';
import { takePit } from './pits.js';
import { type CarState, createCar, createTiming, type TimingState, tell } from './state.js';

/** Away for shorter than this is a blink and no event, in s. */
const BLINK_S = 1;
/** Away for longer than this in a race is a retirement, in s. */
const RETIRED_S = 180;
/** Less forward movement than this in laps is standing still. */
const CRAWL = 0.0005;

/** Folds one record into the state, in place. The same records always give the same state. */
export function foldRecord(state: TimingState, record: SourceRecord): void {
  switch (record.kind) {
    case 'session':
      foldSession(state, record);
      break;
    case 'frame':
      foldFrame(state, record);
      break;
    case 'results':
      state.official = record;
      break;
    case 'message':
      foldMessage(state, record);
      break;
    default:
      record satisfies never;
  }
}

function foldSession(state: TimingState, session: SessionLine): void {
  const before = state.session;
  if (before && (before.simSessionKey !== session.simSessionKey || before.type !== session.type)) {
    Object.assign(state, createTiming());
  }
  const previous = state.entries;
  state.session = session;
  state.entries = {};
  const infos: EntryInfo[] = [];
  for (const entry of session.entries) {
    if (entry.pace) continue;
    state.entries[entry.car] = entry;
    const driver = entry.driver?.name ?? null;
    const teamName = entry.teamName ?? null;
    const name = (session.teamRacing ? (teamName ?? driver) : (driver ?? teamName)) ?? entry.carNumber;
    infos.push({ car: entry.car, carNumber: entry.carNumber, name, teamName, driver, class: entry.classId ?? null });
    const was = previous[entry.car]?.driver?.name;
    if (was !== undefined && driver !== null && was !== driver) {
      tell(state, 'driver.changed', { car: entry.car, detail: { from: was, to: driver } });
    }
    if (!state.cars.some((car) => car.car === entry.car)) {
      state.cars.push(createCar(entry.car));
      state.order.push(state.cars.length - 1);
    }
  }
  state.infos = infos;
  for (const { car, position } of session.grid ?? []) {
    const placed = state.cars.find((each) => each.car === car);
    if (placed) placed.startPlace = position;
  }
  reorder(state);
}

function foldFrame(state: TimingState, frame: Frame): void {
  if (state.sessionTime !== null && frame.sessionTime <= state.sessionTime) {
    state.staleFrames += 1;
    return;
  }
  const now = frame.sessionTime;
  const first = state.sessionTime === null;
  state.sessionTime = now;
  state.capturedAt = frame.capturedAt;
  state.remainingTimeS = frame.remaining?.timeS ?? null;
  state.remainingLaps = frame.remaining?.laps ?? null;
  foldPhase(state, frame, now, first);

  const found: Crossing[] = [];
  const bySlot = slots(state);
  for (const sample of frame.cars) {
    const car = bySlot.get(sample.car);
    if (car) foldSample(state, car, sample, now, found);
  }
  if (found.length > 1) found.sort((a, b) => a.at - b.at);
  for (const crossing of found) takeCrossing(state, crossing);
  reorder(state);
  foldLead(state);
}

/** Cars by their index in the sim; made anew only where cars were added. */
const slotCache = new WeakMap<TimingState, Map<number, CarState>>();
function slots(state: TimingState): Map<number, CarState> {
  let known = slotCache.get(state);
  if (
    known === undefined ||
    known.size !== state.cars.length ||
    known.get(state.cars[0]?.car ?? -1) !== state.cars[0]
  ) {
    known = new Map(state.cars.map((car) => [car.car, car]));
    slotCache.set(state, known);
  }
  return known;
}

function foldPhase(state: TimingState, frame: Frame, now: number, first: boolean): void {
  const before = state.phase;
  if (before !== frame.state) {
    state.phase = frame.state;
    if (frame.state === 'racing' && state.session?.type === 'race' && !first) green(state, now);
    if (frame.state === 'cooldown') {
      for (const car of state.cars) if (!car.inWorld && car.seen && !car.finish) retire(state, car);
    }
    if (!first) tell(state, 'phase.changed', { detail: { from: before, to: frame.state } });
  }
  if (!sameFlags(state.flags, frame.flags)) {
    if (!first) tell(state, 'flag.changed', { detail: { from: state.flags, to: frame.flags } });
    state.flags = frame.flags;
  }
}

function green(state: TimingState, now: number): void {
  if (state.greenAt !== null) return;
  state.greenAt = now;
  for (const car of state.cars) {
    if (car.progress !== null && car.progress >= 1) continue;
    car.lapBegin = { from: 'green', at: now };
    car.sectorBegins = sectorBegins(state, now);
    car.lapBroken = false;
  }
}

function foldSample(state: TimingState, car: CarState, sample: CarSample, now: number, found: Crossing[]): void {
  if (sample.position !== undefined) car.simPosition = sample.position;
  const inWorld = sample.pct > -1 && sample.surface !== 'notInWorld';
  if (!inWorld) {
    leave(state, car, now);
    return;
  }
  if (car.finish) {
    car.inWorld = true;
    car.goneAt = null;
    takePit(state, car, sample, false);
    return;
  }
  const wasAway = car.seen && !car.inWorld;
  move(state, car, sample, now, found);
  const towed = found.some((crossing) => crossing.car === car && crossing.how === 'moved');
  if (wasAway && car.goneTold) tell(state, 'returned', { car: car.car });
  if (!car.seen && state.greenAt !== null && (car.progress ?? 0) < 1)
    car.lapBegin ??= { from: 'green', at: state.greenAt };
  car.seen = true;
  car.inWorld = true;
  car.goneAt = null;
  car.goneTold = false;
  car.retired = false;
  takePit(state, car, sample, towed);
  if (Math.abs((car.progress ?? 0) - car.movedFrom) > CRAWL) {
    car.movedFrom = car.progress ?? 0;
    car.movedAt = now;
  }
}

function leave(state: TimingState, car: CarState, now: number): void {
  if (!car.seen || car.finish) {
    car.inWorld = false;
    return;
  }
  if (car.inWorld) {
    car.inWorld = false;
    car.goneAt = now;
    car.lapBroken = true;
  }
  const away = now - (car.goneAt ?? now);
  if (!car.goneTold && away >= BLINK_S) {
    car.goneTold = true;
    tell(state, 'gone', { car: car.car });
  }
  if (!car.retired && state.session?.type === 'race' && away >= RETIRED_S) retire(state, car);
}

function retire(state: TimingState, car: CarState): void {
  if (car.retired) return;
  car.retired = true;
  tell(state, 'retired', { car: car.car, detail: { laps: car.lapsDone } });
}

function foldLead(state: TimingState): void {
  const leader = state.cars[state.order[0] ?? -1];
  const lap =
    leader?.progress == null
      ? null
      : Math.max(1, Math.floor(leader.finish ? leader.finish.laps - 1 : leader.progress) + 1);
  state.leaderLap = lap;
  if (state.session?.type !== 'race' || state.greenAt === null || leader === undefined || (leader.progress ?? 0) < 0)
    return;
  if (state.leader !== null && state.leader !== leader.car) {
    tell(state, 'lead.changed', { car: leader.car, otherCar: state.leader });
  }
  state.leader = leader.car;
}

function foldMessage(state: TimingState, message: MessageLine): void {
  const name = message.what === 'penalty' ? 'penalty' : 'message';
  tell(state, name, {
    ...(message.car != null && { car: message.car }),
    ...(message.sessionTime !== undefined && { sessionTime: message.sessionTime }),
    detail: { what: message.what, text: message.text },
  });
}

function sameFlags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((flag, i) => flag === b[i]);
}
