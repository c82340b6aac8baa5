import {
  type FeedState,
  type OnAir,
  PLAIN_SLOTS,
  type Scene,
  SLOTS,
  type Slot,
  type SlotsSet,
  unpackRow,
} from '@okboxbox/protocol';
import { OwnerRefusal, type OwnerRefusalCode } from '../../directory/owner-refusal.js';

/** A cue that cannot be given; the message says why. */
export class CueError extends OwnerRefusal {
  override readonly name = 'CueError';

  constructor(message: string, code: OwnerRefusalCode = 'not_available') {
    super(code, message);
  }
}

/** A battle is at hand where cars are this close, in ms. */
const BATTLE_MS = 2_000;

/**
 * What a cue comes to on a picture: `leader` and `closest` are found, cars are looked for, and slots that do not stay get
 * the instant at which they leave.
 * @throws CueError where a car is not in the picture.
 */
export function slotsOf(set: SlotsSet, picture: FeedState, until: number | null): Partial<OnAir> {
  const found: { -readonly [S in Slot]?: OnAir[S] } = {};
  for (const slot of PLAIN_SLOTS) {
    const given = set[slot];
    // The tower stays until somebody takes it off, whatever is cued for a time with it.
    if (given !== undefined) found[slot] = given && { until: slot === 'tower' ? null : until };
  }
  if (set.message !== undefined) {
    found.message = set.message && { title: set.message.title ?? null, text: set.message.text, until };
  }
  if (set.flag !== undefined) found.flag = set.flag && { ...set.flag, until };
  if (set.results !== undefined) found.results = set.results && { ...set.results, until };
  if (set.driver !== undefined) {
    const onCamera = set.driver === 'onCamera';
    const car = carOf(set.driver, picture);
    if (set.driver !== null && car !== null) known(picture, [car]);
    found.driver = car === null ? null : { car, ...(onCamera && { onCamera: true as const }), until };
  }
  if (set.battle !== undefined) {
    const cars = set.battle === 'closest' ? closestBattle(picture) : (set.battle?.cars ?? null);
    if (set.battle !== null && set.battle !== 'closest') known(picture, set.battle.cars);
    found.battle = cars && { cars, until };
  }
  return found;
}

function carOf(driver: SlotsSet['driver'], picture: FeedState): number | null {
  if (driver === 'leader') return leaderOf(picture);
  if (driver !== 'onCamera') return driver?.car ?? null;
  if (picture.camera == null) {
    throw new CueError('No relay with the right broadcast:camera says which car the camera shows.');
  }
  return picture.camera;
}

/** A cue's slots with its scene's name, or with none where it changes a scene by hand. */
export function withScene(slots: Partial<OnAir>, scene: string | undefined): Partial<OnAir> {
  return scene === undefined ? slots : { ...slots, scene };
}

/** Names of what a cue puts on and takes off, for the list of acts. */
export function slotNames(set: SlotsSet): string[] {
  return SLOTS.filter((slot) => set[slot] !== undefined).map((slot) => (set[slot] === null ? `-${slot}` : slot));
}

/** Scenes with one put in place of another, or at the end. */
export function withSceneSaved(scenes: readonly Scene[], scene: Scene, replaces = scene.name): Scene[] {
  const isTaken = (other: Scene) => other.name === scene.name && other.name !== replaces;
  if (scenes.some(isTaken)) {
    throw new CueError(`There is a scene "${scene.name}" already. Choose another name.`, 'conflict');
  }
  if (!scenes.some((other) => other.name === replaces)) return [...scenes, scene];
  return scenes.map((other) => (other.name === replaces ? scene : other));
}

function known({ entries }: FeedState, cars: readonly number[]): void {
  const missing = cars.find((car) => !entries.some((entry) => entry.car === car));
  if (missing !== undefined) {
    throw new CueError(`There is no car with the index ${missing} in the picture.`, 'not_found');
  }
}

/** Cars by position; an interval is there where it was measured. */
function inOrder({ rows }: FeedState): { car: number; intervalMs: number | null; isRacing: boolean }[] {
  return Object.entries(rows)
    .map(([car, row]) => {
      const { position, intervalMs, provenance, status, inPit } = unpackRow(row);
      const measured = provenance.interval === 'measured' ? intervalMs : null;
      return { car: Number(car), position, intervalMs: measured, isRacing: status === 'running' && !inPit };
    })
    .sort((a, b) => (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER));
}

function leaderOf(picture: FeedState): number | null {
  return inOrder(picture)[0]?.car ?? null;
}

/** The two cars that race and are closest to each other in the order; `null` where none are close. */
function closestBattle(picture: FeedState): number[] | null {
  const order = inOrder(picture);
  let best: { readonly cars: number[]; readonly ms: number } | null = null;
  for (let i = 1; i < order.length; i++) {
    const [ahead, behind] = [order[i - 1], order[i]];
    if (!ahead?.isRacing || !behind?.isRacing || behind.intervalMs === null) continue;
    if (behind.intervalMs > BATTLE_MS || (best !== null && behind.intervalMs >= best.ms)) continue;
    best = { cars: [ahead.car, behind.car], ms: behind.intervalMs };
  }
  return best?.cars ?? null;
}
