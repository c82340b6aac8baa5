import { type OnAir, PLAIN_SLOTS, type Slot } from '@okboxbox/protocol';
import type { OverlayDefinition, OverlaySource } from '../overlays/define-overlay.js';

/**
 * A source for a graphic that a program plays: what is on or off by a cue of the show is on here, for the program decides.
 * What a cue chooses (a driver, a battle, a message) stays as the show has it.
 */
export function playedSource(
  { slot, board }: Pick<OverlayDefinition, 'slot' | 'board'>,
  source: OverlaySource,
): OverlaySource {
  const on = played(slot, board);
  if (on === null) return source;
  return {
    ...source,
    picture: () => {
      const picture = source.picture();
      return picture && { ...picture, race: { ...picture.race, onAir: { ...picture.race.onAir, ...on } } };
    },
  };
}

function played(slot: Slot | null, board: OverlayDefinition['board']): Partial<OnAir> | null {
  const until = null;
  if (slot === 'results') return board === undefined ? null : { results: { of: board, until } };
  const plain = PLAIN_SLOTS.find((each) => each === slot);
  return plain === undefined ? null : { [plain]: { until } };
}
