import { z } from 'zod';

/** What the parts of a pack are made of. */

/** No server counts or measures further, and arithmetic with what is larger does not end where it should. */
const known = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
/** How far from the epoch a date can be, in ms. */
const FARTHEST_MS = 8.64e15;
const date = z.number().min(-FARTHEST_MS).max(FARTHEST_MS);

/** A number that must be known: also a duration. */
export const figure = known;
/** A number that may be unknown. */
export const maybe = known.nullable().default(null);
/** A moment, in ms since the epoch. */
export const instant = date;
/** A moment that may be unknown, or has not come. */
export const maybeInstant = date.nullable().default(null);
/** A text that must be there. */
export const words = z.string();
/** A text that may be missing. */
export const maybeWords = z.string().nullable().default(null);
/** Numbers by name. */
export const counts = z.record(z.string(), figure).default({});

/** Something that happened. */
export const event = z
  .object({ id: figure, at: instant, type: words, event: words })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]));
