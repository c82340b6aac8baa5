export interface Border {
  readonly in: string;
  readonly not: readonly string[];
  readonly because: string;
  readonly tests?: boolean;
  readonly except?: readonly string[];
}

/** All borders between packages, apps and folders. */
export const BORDERS: readonly Border[];

/** What `biome.borders.json` holds. */
export function bordersFile(borders?: readonly Border[]): string;
