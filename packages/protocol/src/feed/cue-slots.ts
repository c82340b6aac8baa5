import { z } from 'zod';
import { CUE_FLAGS, carIndex, MAX_BATTLE_CARS, MAX_MESSAGE_LENGTH, RESULT_BOARDS, scene } from './on-air.js';
import { SLOTS } from './slots.js';

/**
 * Slots as callers give them. What is stored or noted is read by the looser `slotsSet`: a show that was written by another
 * version must still open.
 */

const SLOT_NAMES = SLOTS.join(', ');
/** A letter, a figure, a sign: something of it is seen. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;
const isVisible = (text: string) => VISIBLE.test(text);
const invisible = 'it has no visible character';

const DRIVER = 'give "leader", "onCamera" or { "car": INDEX }';
const BATTLE = 'give "closest" or { "cars": [INDEX, …] }';

/** A graphic that is on or off: `{}` puts it on. */
const plain = z.strictObject({}, { error: 'give {} to put it on, or null to take it off' }).nullable().optional();

/** What a cue or a new scene sets: a slot that is absent stays as it is, `null` takes it off. At least one. */
export const cueSlots = z
  .strictObject(
    {
      tower: plain,
      fastestLap: plain,
      pits: plain,
      map: plain,
      ticker: plain,
      clock: plain,
      driver: z
        .union([z.enum(['leader', 'onCamera']), z.strictObject({ car: carIndex }, { error: DRIVER })], {
          error: DRIVER,
        })
        .nullable()
        .optional(),
      battle: z
        .union(
          [
            z.literal('closest'),
            z.strictObject(
              {
                cars: z
                  .array(carIndex)
                  .min(2)
                  .max(MAX_BATTLE_CARS)
                  .refine((cars) => new Set(cars).size === cars.length, { error: 'the cars must be different' })
                  .readonly(),
              },
              { error: BATTLE },
            ),
          ],
          { error: BATTLE },
        )
        .nullable()
        .optional(),
      message: z
        .strictObject({
          title: z.string().max(60).refine(isVisible, { error: invisible }).nullable().optional(),
          text: z.string().max(MAX_MESSAGE_LENGTH).refine(isVisible, { error: invisible }),
        })
        .nullable()
        .optional(),
      flag: z
        .strictObject({ flag: z.enum(CUE_FLAGS) })
        .nullable()
        .optional(),
      results: z
        .strictObject({ of: z.enum(RESULT_BOARDS) })
        .nullable()
        .optional(),
    },
    {
      error: ({ code, keys }) =>
        code === 'unrecognized_keys'
          ? `there is no slot ${JSON.stringify(String((keys as string[])[0]).slice(0, 40))}; the slots are ${SLOT_NAMES}`
          : undefined,
    },
  )
  .refine((set) => SLOTS.some((slot) => set[slot] !== undefined), {
    error: `it sets no slot; the slots are ${SLOT_NAMES}`,
  });

/** A scene as a caller saves it. */
export const savedScene = scene.extend({ set: cueSlots });
