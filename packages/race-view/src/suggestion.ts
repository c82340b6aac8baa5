import type { EntryFigures, FeedState, MomentKind, SlotsSet } from '@okboxbox/protocol';
import { unpackRow } from '@okboxbox/protocol';

/** Something that may be worth putting on air now, made of the real-time race. */
export interface Suggestion {
  /** The same for as long as it is the same moment. */
  readonly id: string;
  readonly kind: MomentKind;
  readonly words: string;
  readonly set: SlotsSet;
  readonly forMs: number;
  /** When it happened, in ms on the session's clock; `null` for what goes on, such as a battle. */
  readonly atMs: number | null;
}

/** A car with its figures, as suggestions look at it. */
export interface PlacedCar {
  readonly car: number;
  readonly figures: EntryFigures;
}

/** The cars that have a position, by it. */
export function placedCars({ rows }: FeedState): readonly PlacedCar[] {
  return Object.entries(rows)
    .map(([car, row]) => ({ car: Number(car), figures: unpackRow(row) }))
    .filter(({ figures }) => figures.position !== null)
    .sort((a, b) => (a.figures.position ?? 0) - (b.figures.position ?? 0));
}
