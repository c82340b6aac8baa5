/** Where a demo begins. */
export const DEMO_PHASES = ['grid', 'racing', 'checkered'] as const;
export type DemoPhase = (typeof DEMO_PHASES)[number];

/** Which demo race it is. */
export interface DemoChoice {
  /** All that is left to chance comes from this number. */
  readonly seed: number;
  readonly cars: number;
  /** From where it goes through the phases of a race in fast order; `null`: a race under way, at its own pace. */
  readonly phase: DemoPhase | null;
}

/** The demo race of an address that says no more than `demo=1`. */
export const USUAL_DEMO: DemoChoice = { seed: 0, cars: 24, phase: null };
/** The most cars that a demo has. */
export const MAX_DEMO_CARS = 60;
