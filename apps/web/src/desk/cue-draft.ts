import {
  type FeedState,
  NOTHING_CUED,
  type OnAir,
  PLAIN_SLOTS,
  type PlainSlot,
  SLOTS,
  type Slot,
  type SlotsSet,
  unpackRow,
} from '@okboxbox/protocol';
import { carName, carTag, flagShown, shownDriver } from '@okboxbox/race-view';

/** A cue that is being made: what it sets, for how long, and onto which picture. */
export interface CueDraft {
  readonly scene: string | null;
  readonly set: SlotsSet;
  /** `null`: until it is taken off. */
  readonly forMs: number | null;
  readonly when: 'picture' | 'now';
}

export const EMPTY_DRAFT: CueDraft = { scene: null, set: {}, forMs: 20_000, when: 'picture' };

/** How long a cue may stay. */
export const STAYS_MS: readonly (number | null)[] = [5_000, 8_000, 10_000, 15_000, 20_000, 30_000, 60_000, null];

/** What the slots are called on the desk. */
export const SLOT_LABELS: Readonly<Record<Slot, string>> = {
  tower: 'Tower',
  driver: 'Driver',
  battle: 'Battle',
  message: 'Message',
  flag: 'Flag',
  results: 'Results',
  fastestLap: 'Fastest lap',
  pits: 'Pit board',
  map: 'Track map',
  ticker: 'Ticker',
  clock: 'Clock',
};

/** Whether a cue sets anything. */
export function setsAnything(set: SlotsSet): boolean {
  return SLOTS.some((slot) => set[slot] !== undefined);
}

/** A cue with the choice of a slot turned: as it is, on, off, and round again. */
export function turned(set: SlotsSet, slot: PlainSlot): SlotsSet {
  const { [slot]: before, ...rest } = set;
  if (before === undefined) return { ...rest, [slot]: {} };
  return before === null ? rest : { ...rest, [slot]: null };
}

function driverOf(
  driver: SlotsSet['driver'],
  race: FeedState | null,
): Omit<NonNullable<OnAir['driver']>, 'until'> | null {
  if (driver === 'onCamera') return race?.camera == null ? null : { car: race.camera, onCamera: true };
  const car = driver === 'leader' ? leaderOf(race) : (driver?.car ?? null);
  return car === null ? null : { car };
}

/** What will be on air once a cue has aired, as far as it can be known before. */
export function previewOf(cued: OnAir, { scene, set }: CueDraft, race: FeedState | null): OnAir {
  const until = null;
  const driver = driverOf(set.driver, race);
  const battle = set.battle === 'closest' ? closestOf(race) : (set.battle?.cars ?? null);
  const plain = PLAIN_SLOTS.map((slot) => [slot, set[slot] === undefined ? cued[slot] : set[slot] && { until }]);
  return {
    ...(Object.fromEntries(plain) as Pick<OnAir, PlainSlot>),
    scene,
    driver: set.driver === undefined ? cued.driver : driver && { ...driver, until },
    battle: set.battle === undefined ? cued.battle : battle && { cars: battle, until },
    message:
      set.message === undefined
        ? cued.message
        : set.message && { title: set.message.title ?? null, text: set.message.text, until },
    flag: set.flag === undefined ? cued.flag : set.flag && { ...set.flag, until },
    results: set.results === undefined ? cued.results : set.results && { ...set.results, until },
  };
}

/** What a cue puts on air, were nothing else on air. */
export function cuedAlone(set: SlotsSet, race: FeedState | null): OnAir {
  return previewOf(NOTHING, { ...EMPTY_DRAFT, set }, race);
}

/** What a cue does, in words: `Battle #4, #11`, `Message off`. */
export function cueLabel(set: SlotsSet, race: FeedState | null): string {
  const words = SLOTS.flatMap((slot) => {
    const value = set[slot];
    if (value === undefined) return [];
    return [value === null ? `${SLOT_LABELS[slot]} off` : `${SLOT_LABELS[slot]}${valueLabel(slot, set, race)}`];
  });
  return words.length === 0 ? 'No change' : words.join(' · ');
}

/** What is in a slot, in words; empty where nothing is. */
export function slotLabel(slot: Slot, onAir: OnAir, race: FeedState | null): string {
  switch (slot) {
    case 'tower':
    case 'fastestLap':
    case 'pits':
    case 'map':
    case 'ticker':
    case 'clock':
      return onAir[slot] === null ? '' : 'on';
    case 'driver':
      return driverLabel(onAir, race);
    case 'battle':
      return onAir.battle === null ? '' : onAir.battle.cars.map((car) => carTag(race, car)).join(', ');
    case 'message':
      return onAir.message === null ? '' : [onAir.message.title, onAir.message.text].filter((part) => part).join(': ');
    case 'flag':
      return onAir.flag === null ? '' : flagShown([onAir.flag.flag]).words;
    case 'results':
      return onAir.results === null ? '' : onAir.results.of === 'grid' ? 'starting grid' : 'classification';
    default:
      return slot satisfies never;
  }
}

/** A slot that follows the camera says so, with the car that it shows now. */
function driverLabel(onAir: OnAir, race: FeedState | null): string {
  if (onAir.driver === null) return '';
  if (!onAir.driver.onCamera) return carName(race, onAir.driver.car);
  const car = shownDriver({ onAir, camera: race?.camera ?? null });
  return car === null ? 'on camera: unknown' : `on camera: ${carName(race, car)}`;
}

function valueLabel(slot: Slot, set: SlotsSet, race: FeedState | null): string {
  if (slot === 'driver' && set.driver === 'leader') return ' the leader';
  if (slot === 'driver' && set.driver === 'onCamera') return ' the car on camera';
  if (slot === 'battle' && set.battle === 'closest') {
    return race !== null && closestOf(race) === null ? ' the closest (none now)' : ' the closest';
  }
  const words = slotLabel(slot, cuedAlone(set, race), race);
  return words === '' ? '' : ` ${words}`;
}

const NOTHING: OnAir = { ...NOTHING_CUED, tower: null };

function leaderOf(race: FeedState | null): number | null {
  const rows = Object.entries(race?.rows ?? {});
  const leader = rows.find(([, row]) => unpackRow(row).position === 1);
  return leader === undefined ? null : Number(leader[0]);
}

/** The closest two on the track, as the server will find them; only a guess until the cue is given. */
function closestOf(race: FeedState | null): number[] | null {
  const order = Object.entries(race?.rows ?? {})
    .map(([car, row]) => ({ car: Number(car), ...unpackRow(row) }))
    .sort((a, b) => (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER));
  let best: { readonly cars: number[]; readonly ms: number } | null = null;
  for (const [i, behind] of order.entries()) {
    const ahead = order[i - 1];
    if (ahead === undefined || ahead.inPit || behind.inPit || behind.intervalMs === null) continue;
    if (behind.battle === null || (best !== null && behind.intervalMs >= best.ms)) continue;
    best = { cars: [ahead.car, behind.car], ms: behind.intervalMs };
  }
  return best?.cars ?? null;
}
