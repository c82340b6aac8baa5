import { type EntryInfo, type SessionEntry, type SessionLine, shownNames, visibleText } from '@okboxbox/protocol';
import { rankBests } from './bests.js';
import { type CarState, createCar } from './car-state.js';
import { tell } from './events.js';
import { retire } from './retiring.js';
import type { CrewDriver, TimingState } from './state.js';

/** Most drivers of a car that are kept, the newest ones: more than any race allows. */
const MAX_CREW = 16;

/**
 * Takes the session's entry list. An entry is its number and its team, a driver is an id: a slot that passes to another
 * entrant starts empty, and a car that has taken part stays classified when it is listed no more.
 */
export function takeEntries(state: TimingState, session: SessionLine): void {
  const previous = state.entries;
  state.entries = {};
  for (const entry of session.entries) {
    if (entry.pace) continue;
    state.entries[entry.car] = entry;
    const was = previous[entry.car];
    const slot = state.cars.findIndex((car) => car.car === entry.car);
    if (slot < 0) {
      state.cars.push(createCar(entry.car));
      state.order.push(state.cars.length - 1);
    } else if (was !== undefined && isOtherEntrant(was, entry)) {
      handOn(state, slot);
    } else if (was !== undefined && isOtherDriver(was, entry)) {
      changeDriver(state, state.cars[slot] as CarState, was, entry);
    }
    noteDriver(state, entry);
  }
  keepThoseWhoLeft(state, previous);
  nameEntries(state);
}

/** Makes the list of entries that viewers hold: names as they are shown, and the results' words for their status. */
export function nameEntries(state: TimingState): void {
  const teamRacing = state.session?.teamRacing ?? false;
  const infos: EntryInfo[] = [];
  for (const entry of Object.values(state.entries)) {
    const { name, teamName, driver } = shownNames(entry, teamRacing);
    const { car, carNumber } = entry;
    infos.push({
      car,
      carNumber,
      name,
      teamName,
      driver,
      class: entry.classId ?? null,
      carModel: visibleText(entry.carModel),
      crew: (state.crews[car] ?? []).map((each) => each.name),
      officialStatus: state.officialStatus[car] ?? null,
    });
  }
  state.infos = infos;
}

/** Another number is another entrant; another team only with another driver: a team may have been spelled anew. */
function isOtherEntrant(was: SessionEntry, is: SessionEntry): boolean {
  if (was.carNumber !== is.carNumber) return true;
  const [before, now] = [visibleText(was.teamName), visibleText(is.teamName)];
  return before !== null && now !== null && before !== now && isOtherDriver(was, is);
}

/** By the id, where both have one; else by the name. An unknown driver is nobody else. */
function isOtherDriver(was: SessionEntry, is: SessionEntry): boolean {
  const [id, newId] = [visibleText(was.driver?.id), visibleText(is.driver?.id)];
  if (id !== null && newId !== null) return id !== newId;
  const [name, newName] = [visibleText(was.driver?.name), visibleText(is.driver?.name)];
  return name !== null && newName !== null && name !== newName;
}

/** Adds the driver of an entry to the crew of its car; one who is spelled anew keeps the place, under the new name. */
function noteDriver(state: TimingState, { car, driver }: SessionEntry): void {
  const name = visibleText(driver?.name);
  if (name === null) return;
  const now: CrewDriver = { id: visibleText(driver?.id), name };
  const crew = state.crews[car] ?? [];
  const at = crew.findIndex((each) => (each.id !== null && now.id !== null ? each.id === now.id : each.name === name));
  if (at < 0) state.crews[car] = [...crew, now].slice(-MAX_CREW);
  else if (crew[at]?.name !== name) state.crews[car] = crew.with(at, now);
}

/** The slot is another entrant's now: nothing of the one before it is his. Laps that were driven stay in the list of laps. */
function handOn(state: TimingState, slot: number): void {
  const { car } = state.cars[slot] as CarState;
  // Another list object: a reader that keeps the one before sees by that that it has changed.
  const entrantSinceMs = Math.round((state.sessionTime ?? 0) * 1000);
  state.cars = state.cars.with(slot, { ...createCar(car), entrantSinceMs });
  delete state.crews[car];
  delete state.officialStatus[car];
  delete state.officialTold[car];
  if (state.leader === car) state.leader = null;
  rankBests(state);
}

function changeDriver(state: TimingState, car: CarState, was: SessionEntry, is: SessionEntry): void {
  const now = state.sessionTime;
  const seatMs = car.driverSince === null || now === null ? null : Math.round((now - car.driverSince) * 1000);
  car.driverSince = now;
  const [from, to] = [was, is].map((entry) => visibleText(entry.driver?.name));
  tell(state, 'driver.changed', { car: car.car, detail: { from, to, seatMs } });
}

/** A car that has driven keeps its place when its entrant leaves; in a race that is under way it has retired. */
function keepThoseWhoLeft(state: TimingState, previous: TimingState['entries']): void {
  const isRace = state.session?.type === 'race';
  const isUnderFlag = state.phase === 'checkered' || state.phase === 'cooldown';
  for (const car of state.cars) {
    const left = previous[car.car];
    if (left === undefined || state.entries[car.car] !== undefined) continue;
    const tookPart = car.lapsDone > 0 || car.bestLapMs !== null || (isRace && state.greenAt !== null && car.seen);
    if (!tookPart) continue;
    state.entries[car.car] = left;
    if (isRace && !car.finish && !isUnderFlag) retire(state, car);
  }
}
