/**
 * Whether the long form runs (`npm run test:bad-day -- --long`). The short form does the same things to the same
 * processes, for less long and less often.
 */
export const IS_LONG = process.env.OKBOXBOX_LONG === '1';

/** A length, a speed or a count: one for the long form, one for the short. */
export function longOr<T>(long: T, short: T): T {
  return IS_LONG ? long : short;
}
