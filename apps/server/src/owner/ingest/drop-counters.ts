/** Why a record of a relay was not taken. */
export const DROP_REASONS = [
  'duplicate',
  'gap',
  'invalid',
  'clock_jump',
  /** Fields of a record that were cut or left out, since pages cannot show them; the record itself is taken. */
  'out_of_bounds',
  /** What a frame said of the camera, of a relay whose token lacks `broadcast:camera`; the frame itself is taken. */
  'camera_refused',
  /** Too many sessions were begun in a short time. */
  'session_limit',
  /** Too many runs joined running sessions in a short time. */
  'run_limit',
  'no_room',
  'bad_batch',
  'no_hello',
  'spool_full',
  'sent_elsewhere',
  'spool_damaged',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Counts every record that was not taken, by reason: nothing is dropped without a trace. */
export class DropCounters {
  readonly #counts = new Map<DropReason, number>();

  count(reason: DropReason, records = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + records);
  }

  /** All reasons with their counts, 0 included. */
  all(): Record<DropReason, number> {
    return Object.fromEntries(DROP_REASONS.map((reason) => [reason, this.#counts.get(reason) ?? 0])) as Record<
      DropReason,
      number
    >;
  }
}
