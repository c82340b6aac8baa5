import type { OnAir } from '@okboxbox/protocol';
import type { TowerChoice } from './tower-rows.js';

/** A car in the order of a tower. */
interface Placed {
  readonly car: number;
  readonly battle: number | null;
}

/** Cars ahead of a battle that a tower shows with it. */
const AHEAD_OF_BATTLE = 2;
/** Rows of a tower around a battle, the leader's besides. */
const BATTLE_ROWS = 7;
/** Of the rows of a tower without room for all cars, one in this many turns pages. */
const TURNING_SHARE = 3;

/**
 * Which cars a tower shows, by their place in the order from 0. Where not all have room, the upper rows stay and the lower
 * ones turn pages through the rest; a featured car keeps its page open.
 */
export function shownInTower(
  order: readonly Placed[],
  { rows, mode = 'full', page = 0 }: Pick<TowerChoice, 'rows' | 'mode' | 'page'>,
  onAir: Pick<OnAir, 'driver' | 'battle'>,
): readonly number[] {
  const most = Math.max(1, rows);
  const featured = order.findIndex(({ car }) => car === onAir.driver?.car);
  if (mode === 'battle') return aroundBattle(order, Math.min(most, BATTLE_ROWS + 1), featured, onAir);
  if (order.length <= most) return range(0, order.length);
  const turning = most === 1 ? 1 : Math.max(1, Math.floor(most / TURNING_SHARE));
  const fixed = most - turning;
  const pages = Math.ceil((order.length - fixed) / turning);
  const open = featured >= fixed ? Math.floor((featured - fixed) / turning) : page % pages;
  // The last page is as full as the others: its first cars stood on the page before.
  const from = Math.min(fixed + open * turning, order.length - turning);
  return [...range(0, fixed), ...range(from, from + turning)];
}

/** The leader, and the rows around the cued battle, the featured car, or the first battle of the order. */
function aroundBattle(
  order: readonly Placed[],
  most: number,
  featured: number,
  { battle }: Pick<OnAir, 'battle'>,
): readonly number[] {
  const cued = order.findIndex(({ car }) => battle?.cars.includes(car) === true);
  const first = order.findIndex((each) => each.battle !== null);
  const centre = [cued, featured, first].find((place) => place >= 0) ?? 0;
  const from = Math.max(0, Math.min(centre - AHEAD_OF_BATTLE, order.length - most + 1));
  if (from <= 1) return range(0, Math.min(most, order.length));
  return [0, ...range(from, Math.min(from + most - 1, order.length))];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
