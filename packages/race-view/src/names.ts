import type { FeedState } from '@okboxbox/protocol';

/** A car as the desk names it: `#4 A. Lindqvist`. */
export function carName(race: Pick<FeedState, 'entries'> | null, car: number): string {
  const info = race?.entries.find((entry) => entry.car === car);
  return info === undefined ? `car ${car}` : `#${info.carNumber} ${info.name}`;
}

/** Its number alone: `#4`. */
export function carTag(race: Pick<FeedState, 'entries'> | null, car: number): string {
  const info = race?.entries.find((entry) => entry.car === car);
  return info === undefined ? `car ${car}` : `#${info.carNumber}`;
}
