import type { OverlayKind } from '@okboxbox/protocol';
import type { OverlayDefinition } from '../define-overlay.js';

/**
 * What puts each overlay on air, known before its script is loaded: the stage loads a script only when it is needed. A test
 * compares it with the definitions.
 */
export const STAGED: Readonly<Record<Exclude<OverlayKind, 'stage'>, Pick<OverlayDefinition, 'slot' | 'board'>>> = {
  'timing-tower': { slot: 'tower' },
  'lower-third': { slot: 'driver' },
  'battle-box': { slot: 'battle' },
  flag: { slot: 'flag' },
  'race-control': { slot: 'message' },
  results: { slot: 'results', board: 'classification' },
  grid: { slot: 'results', board: 'grid' },
  'fastest-lap': { slot: 'fastestLap' },
  'pit-board': { slot: 'pits' },
  clock: { slot: 'clock' },
  ticker: { slot: 'ticker' },
  'track-map': { slot: 'map' },
};

/**
 * Graphics that stand at the same place unless their options say otherwise: the stage shows the one that was cued last. Of those that are
 * cued when it begins, that is the last in this list.
 */
export const ONE_PLACE = ['track-map', 'pit-board', 'fastest-lap'] as const satisfies readonly (keyof typeof STAGED)[];
