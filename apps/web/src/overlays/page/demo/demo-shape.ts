/** Points of the demo's track in m, east and north, the line first: drawn by hand after a track that many know. */
const CORNERS: readonly (readonly [x: number, y: number])[] = [
  ...([
    [0, 0],
    [0, 300],
    [2, 600],
    [4, 860],
    [28, 905],
    [14, 950],
    [26, 1_000],
    [70, 1_130],
    [170, 1_235],
  ] as const),
  ...([
    [300, 1_290],
    [460, 1_312],
    [640, 1_322],
    [672, 1_350],
    [712, 1_342],
    [860, 1_352],
    [965, 1_335],
  ] as const),
  ...([
    [1_000, 1_250],
    [975, 1_150],
    [930, 1_040],
    [880, 975],
    [780, 900],
    [660, 790],
    [560, 690],
    [478, 600],
  ] as const),
  ...([
    [440, 520],
    [468, 440],
    [440, 380],
    [432, 260],
    [424, 0],
    [416, -260],
    [408, -520],
    [400, -640],
  ] as const),
  ...([
    [360, -760],
    [260, -850],
    [140, -860],
    [50, -790],
    [8, -660],
    [0, -480],
    [0, -240],
  ] as const),
];
/** Steps between two of them, and points of the shape. */
const STEPS = 20;
const POINTS = 200;
/** The longer side of a shape. */
const SIZE = 1_000;

type Point = readonly [x: number, y: number];

/** The shape of the demo's track, as a session has it. */
export const DEMO_SHAPE: readonly number[] = shape();

function shape(): readonly number[] {
  const curve = CORNERS.flatMap((_, i) => Array.from({ length: STEPS }, (__, step) => curveAt(i, step / STEPS)));
  const points = evenly(curve);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = SIZE / Math.max(right - left, high - low);
  return points.flatMap(([x, y]) => [
    Math.round((x - (left + right) / 2) * scale),
    Math.round((y - (low + high) / 2) * scale),
  ]);
}

/** A smooth curve through the corners (Catmull and Rom), from one of them on. */
function curveAt(corner: number, t: number): Point {
  const at = (by: number) => CORNERS[(corner + by + CORNERS.length) % CORNERS.length] as Point;
  const [before, from, to, behind] = [at(-1), at(0), at(1), at(2)];
  const axis = (of: 0 | 1) =>
    0.5 *
    (2 * from[of] +
      (to[of] - before[of]) * t +
      (2 * before[of] - 5 * from[of] + 4 * to[of] - behind[of]) * t ** 2 +
      (3 * from[of] - before[of] - 3 * to[of] + behind[of]) * t ** 3);
  return [axis(0), axis(1)];
}

/** Points at equal steps along a closed curve. */
function evenly(curve: readonly Point[]): readonly Point[] {
  const next = (i: number) => curve[(i + 1) % curve.length] as Point;
  const lengths = curve.map(([x, y], i) => Math.hypot(next(i)[0] - x, next(i)[1] - y));
  const step = lengths.reduce((sum, length) => sum + length, 0) / POINTS;
  const points: Point[] = [];
  let passed = 0;
  for (const [i, from] of curve.entries()) {
    const length = lengths[i] ?? 0;
    for (; points.length < POINTS && points.length * step < passed + length; ) {
      const part = (points.length * step - passed) / length;
      points.push([from[0] + (next(i)[0] - from[0]) * part, from[1] + (next(i)[1] - from[1]) * part]);
    }
    passed += length;
  }
  return points;
}
