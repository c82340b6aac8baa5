/** What a car is doing now: the one vocabulary of every page, overlay and answer. Add at the end: rows give the index. */
export const CAR_STATUSES = [
  'running',
  'pit',
  'outLap',
  'slow',
  'stopped',
  'retired',
  'finished',
  'notInWorld',
  'disqualified',
] as const;
export type CarStatus = (typeof CAR_STATUSES)[number];

/** How a figure came about. */
export const PROVENANCES = ['measured', 'estimated', 'official'] as const;
export type Provenance = (typeof PROVENANCES)[number];

/** Figures that carry a provenance of their own. */
export const PROVEN_FIGURES = ['position', 'gap', 'interval', 'lastLap', 'bestLap', 'sectors'] as const;
export type ProvenFigure = (typeof PROVEN_FIGURES)[number];

/** Whose best a lap is: nobody's, the car's own, its class's or the session's. Add at the end: rows give the index. */
export const LAP_MARKS = ['none', 'personal', 'class', 'session'] as const;
export type LapMark = (typeof LAP_MARKS)[number];
