import type { TowerFigure } from '@okboxbox/race-view';

/** What the last column of a tower can be set to: one figure, or all of them in turn. */
export const TOWER_GAPS = ['interval', 'leader', 'last', 'rotate'] as const;
export type TowerGap = (typeof TOWER_GAPS)[number];

/** In rotation each figure stands for this long, in ms. */
export const FIGURE_TURN_MS = 10_000;
/** Each page of the lower rows stands for this long, in ms. */
export const PAGE_TURN_MS = 8_000;

const TURNS: readonly TowerFigure[] = ['interval', 'leader', 'last'];

/** The figure of a tower at the instant shown: the same for all its rows, and on all outputs. */
export function figureAt(gap: TowerGap, at: number | null): TowerFigure {
  return gap === 'rotate' ? (TURNS[Math.floor((at ?? 0) / FIGURE_TURN_MS) % TURNS.length] ?? 'interval') : gap;
}

/** The page of a tower's lower rows at the instant shown. */
export function pageAt(at: number | null): number {
  return Math.floor((at ?? 0) / PAGE_TURN_MS);
}

/** What stands above the last column. */
export const FIGURE_TITLES: Readonly<Record<TowerFigure, string>> = {
  interval: 'Interval',
  leader: 'Gap',
  last: 'Last lap',
};
