/** A point of a map, in px from its top left corner. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/** The way round a map: points at equal steps of the lap, the line first; the last one leads to the first. */
export type MapCourse = readonly MapPoint[];

/** Points of a circle: enough for it to look like one. */
const CIRCLE_POINTS = 120;

/** The course of a track whose shape is known, in the middle of a square of `size` px with `margin` px free around it. */
export function courseOfShape(shape: readonly number[], size: number, margin: number): MapCourse {
  // The longer side of a shape is 1000.
  const scale = (size - 2 * margin) / 1_000;
  const points: MapPoint[] = [];
  for (let i = 0; i + 1 < shape.length; i += 2) {
    points.push({ x: size / 2 + (shape[i] ?? 0) * scale, y: size / 2 - (shape[i + 1] ?? 0) * scale });
  }
  return points;
}

/** The course of a track whose shape is not known: a circle, driven clockwise, with the line on top. */
export function courseOfCircle(size: number, margin: number): MapCourse {
  const radius = size / 2 - margin;
  return Array.from({ length: CIRCLE_POINTS }, (_, i) => {
    const angle = (i / CIRCLE_POINTS) * 2 * Math.PI;
    return { x: size / 2 + Math.sin(angle) * radius, y: size / 2 - Math.cos(angle) * radius };
  });
}

/** Where a part of the lap is on a course; `insidePx` to its inner side. */
export function placeOnCourse(course: MapCourse, at: number, insidePx = 0): MapPoint {
  const step = (at - Math.floor(at)) * course.length;
  const from = pointOf(course, Math.floor(step));
  const to = pointOf(course, Math.floor(step) + 1);
  const part = step - Math.floor(step);
  const [x, y] = [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part];
  if (insidePx === 0) return { x, y };
  // Over two points on each side: where a short step turns, the side must not jump.
  const [back, on] = [pointOf(course, Math.floor(step) - 1), pointOf(course, Math.floor(step) + 2)];
  const length = Math.hypot(on.x - back.x, on.y - back.y) || 1;
  const by = (isClockwise(course) ? insidePx : -insidePx) / length;
  return { x: x - (on.y - back.y) * by, y: y + (on.x - back.x) * by };
}

/** The line across a course at a part of the lap, so far to both sides, as the `d` of an SVG path. */
export function pathAcross(course: MapCourse, at: number, sidePx: number): string {
  return `M${textOf(placeOnCourse(course, at, sidePx))}L${textOf(placeOnCourse(course, at, -sidePx))}`;
}

/** A course as the `d` of an SVG path. */
export function pathOfCourse(course: MapCourse): string {
  return `M${course.map(textOf).join('L')}Z`;
}

function textOf({ x, y }: MapPoint): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

function pointOf(course: MapCourse, point: number): MapPoint {
  return course[(point + course.length) % course.length] ?? { x: 0, y: 0 };
}

/** Whether a course is driven clockwise, as seen on the screen. */
function isClockwise(course: MapCourse): boolean {
  let area = 0;
  for (const [i, { x, y }] of course.entries()) {
    const next = pointOf(course, i + 1);
    area += x * next.y - next.x * y;
  }
  return area > 0;
}
