import { z } from 'zod';
import { KNOWN_FLAGS } from '../wire/recording.js';
import { published } from './public-fields.js';

/** Graphics that a director puts on air, each in a slot of its own; `until` is when one leaves by itself. */

/** A car's index in the feed. */
export const carIndex = z.number().int().min(0).max(65_535);
/** Milliseconds on the server's clock, at the instant shown; `null`: it stays. */
const until = published(z.number().finite().nullable());

/** Longest text of a message on air. */
export const MAX_MESSAGE_LENGTH = 200;
/** Most cars of a battle on air. */
export const MAX_BATTLE_CARS = 5;
/** What the flag slot can show beside the race's own flags. */
export const CUE_FLAGS = KNOWN_FLAGS;
export const RESULT_BOARDS = ['classification', 'grid'] as const;

/** `onCamera`: whichever car the sim's camera shows at the instant shown; `car` is the one that it showed when it was cued. */
const driver = { car: published(carIndex), onCamera: published(z.literal(true).exactOptional()) };
const battle = { cars: published(z.array(carIndex).min(2).max(MAX_BATTLE_CARS).readonly()) };
const message = {
  title: published(z.string().max(60).nullable()),
  text: published(z.string().min(1).max(MAX_MESSAGE_LENGTH)),
};
const flag = { flag: published(z.enum(CUE_FLAGS)) };
const results = { of: published(z.enum(RESULT_BOARDS)) };
/** A graphic that is on or off, and has nothing to choose. */
const plain = published(z.object({ until }).readonly().nullable());

/** All slots, and the scene that set them last. */
export const onAir = z.object({
  scene: published(z.string().max(40).nullable()),
  tower: plain,
  driver: published(
    z
      .object({ ...driver, until })
      .readonly()
      .nullable(),
  ),
  battle: published(
    z
      .object({ ...battle, until })
      .readonly()
      .nullable(),
  ),
  message: published(
    z
      .object({ ...message, until })
      .readonly()
      .nullable(),
  ),
  flag: published(
    z
      .object({ ...flag, until })
      .readonly()
      .nullable(),
  ),
  results: published(
    z
      .object({ ...results, until })
      .readonly()
      .nullable(),
  ),
  fastestLap: plain,
  pits: plain,
  map: plain,
  ticker: plain,
  clock: plain,
});
export type OnAir = Readonly<z.infer<typeof onAir>>;

/**
 * Slots as a cue or a scene sets them, as they are kept: a slot that is absent stays as it is, `null` takes it off. What
 * callers give is read by `cueSlots`.
 */
export const slotsSet = z.object({
  tower: z.object({}).nullable().optional(),
  fastestLap: z.object({}).nullable().optional(),
  pits: z.object({}).nullable().optional(),
  map: z.object({}).nullable().optional(),
  ticker: z.object({}).nullable().optional(),
  clock: z.object({}).nullable().optional(),
  /** `leader` is found when the cue is given; `onCamera` follows the sim's camera from then on. */
  driver: z
    .union([z.enum(['leader', 'onCamera']), z.object({ car: carIndex })])
    .nullable()
    .optional(),
  /** `closest` is the closest battle when the cue is given; where there is none the slot stays empty. */
  battle: z
    .union([z.literal('closest'), z.object({ cars: battle.cars })])
    .nullable()
    .optional(),
  message: z.object({ title: message.title.optional(), text: message.text }).nullable().optional(),
  flag: z.object(flag).nullable().optional(),
  results: z.object(results).nullable().optional(),
});
export type SlotsSet = z.infer<typeof slotsSet>;

/** A preset that sets several slots at once. */
export const scene = z.object({
  name: z.string().min(1).max(40),
  set: slotsSet,
  /** How long what it puts on stays, in ms; `null`: until it is taken off. */
  forMs: z.number().int().min(500).max(600_000).nullable(),
});
export type Scene = z.infer<typeof scene>;

/** Scenes of a show whose director has made none. */
export const USUAL_SCENES: readonly Scene[] = [
  {
    name: 'Intro',
    set: { tower: null, driver: null, battle: null, flag: null, results: { of: 'grid' } },
    forMs: 20_000,
  },
  { name: 'Green flag', set: { tower: {}, results: null, message: null, flag: { flag: 'green' } }, forMs: 8_000 },
  { name: 'Battle', set: { tower: {}, driver: null, battle: 'closest' }, forMs: 20_000 },
  { name: 'Incident', set: { tower: {}, battle: null, flag: { flag: 'yellow' } }, forMs: 15_000 },
  {
    name: 'Finish',
    set: { driver: null, battle: null, flag: { flag: 'checkered' }, results: { of: 'classification' } },
    forMs: 30_000,
  },
];
