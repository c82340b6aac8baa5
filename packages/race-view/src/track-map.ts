import type { FeedState } from '@okboxbox/protocol';
import { type CarState, carStateOf, runningOrder } from './running-order.js';
import { shownDriver } from './shown-driver.js';

/** A car on the map of the track. */
export interface MapCar {
  readonly car: number;
  readonly carNumber: string;
  readonly colour: string | null;
  /** How far round the lap it is, from 0 at the line up to 1. */
  readonly at: number;
  readonly state: CarState;
  readonly isLeader: boolean;
  /** Whether it is the cued driver or one of the cued battle. */
  readonly isFeatured: boolean;
}

/** Cars that are on the track or in the pits, the last one first: those in front are drawn over the others. */
export function mapCars(feed: FeedState, classId: string | null): readonly MapCar[] {
  const featured = [shownDriver(feed), ...(feed.onAir.battle?.cars ?? [])];
  return runningOrder(feed, classId)
    .flatMap(({ info, figures, colour }): readonly MapCar[] => {
      const { progress, position, classPosition } = figures;
      const state = carStateOf(figures);
      if (progress === null || state === 'out') return [];
      return [
        {
          car: info.car,
          carNumber: info.carNumber,
          colour,
          at: progress - Math.floor(progress),
          state,
          isLeader: (classId === null ? position : classPosition) === 1,
          isFeatured: featured.includes(info.car),
        },
      ];
    })
    .reverse();
}
