import type { Trace } from '@okboxbox/protocol';
import { columnsOf, type LaneEvents, type Span, ticksOf } from './timeline-layout.js';
import { LANE_LABELS } from './trace-labels.js';

/** Sizes of the drawing, in px: the names of the lanes at the left, the axis on top, and each lane. */
export const GUTTER = 76;
export const AXIS = 26;
export const LANE = 30;

/** Colours of the look, read once from the page. */
export type Palette = Readonly<
  Record<'board' | 'rail' | 'line' | 'ink' | 'soft' | 'faint' | 'box' | 'warn' | 'bad', string>
>;

/** All that a drawing is made of. */
export interface Picture {
  readonly trace: Trace;
  readonly lanes: readonly LaneEvents[];
  readonly span: Span;
  /** Where the axis counts from: the trigger, or the start. */
  readonly zero: number;
  /** The number of the frame that is looked at. */
  readonly frame: number | null;
  readonly palette: Palette;
}

/** Where an instant lies, in px. */
export function xOf(at: number, { from, to }: Span, width: number): number {
  return GUTTER + ((at - from) / (to - from)) * (width - GUTTER);
}

/** The instant at a place, in ms. */
export function instantAt(x: number, { from, to }: Span, width: number): number {
  return from + ((x - GUTTER) / (width - GUTTER)) * (to - from);
}

/** How high all of it is. */
export function heightOf(lanes: number): number {
  return AXIS + lanes * LANE;
}

/** Draws a trace; what is out of sight costs nothing. */
export function drawTimeline(pen: CanvasRenderingContext2D, width: number, picture: Picture): void {
  const { lanes, palette } = picture;
  const height = heightOf(lanes.length);
  pen.clearRect(0, 0, width, height);
  pen.font = '11px "Inter Variable", sans-serif';
  pen.textBaseline = 'middle';
  drawGround(pen, width, height, picture);
  drawAxis(pen, width, height, picture);
  lanes.forEach((lane, place) => {
    drawLane(pen, width, AXIS + place * LANE, lane, picture);
  });
  drawFrame(pen, width, picture);
  drawAnomalies(pen, width, picture);
  pen.fillStyle = palette.board;
  pen.fillRect(0, 0, GUTTER, height);
  pen.fillStyle = palette.soft;
  pen.textAlign = 'left';
  lanes.forEach(({ lane }, place) => {
    pen.fillText(LANE_LABELS[lane], 2, AXIS + (place + 0.5) * LANE);
  });
}

/** The seconds before the trigger are a ground of their own. */
function drawGround(pen: CanvasRenderingContext2D, width: number, height: number, picture: Picture): void {
  const { span, zero, palette, trace } = picture;
  const zeroAt = xOf(zero, span, width);
  if (zeroAt > GUTTER && trace.triggeredAt !== null) {
    pen.fillStyle = palette.rail;
    pen.fillRect(GUTTER, AXIS, Math.min(zeroAt, width) - GUTTER, height - AXIS);
  }
  if (zeroAt >= GUTTER && zeroAt <= width) {
    pen.fillStyle = palette.box;
    pen.fillRect(zeroAt - 1, AXIS - 6, 2, height - AXIS + 6);
  }
}

function drawAxis(pen: CanvasRenderingContext2D, width: number, height: number, picture: Picture): void {
  const { span, zero, palette } = picture;
  for (const { at, words } of ticksOf(span, zero, Math.max(2, Math.floor((width - GUTTER) / 90)))) {
    const x = xOf(at, span, width);
    pen.fillStyle = palette.line;
    pen.fillRect(x, AXIS, 1, height - AXIS);
    pen.fillStyle = palette.soft;
    const half = pen.measureText(words).width / 2;
    pen.textAlign = 'center';
    pen.fillText(words, Math.min(Math.max(x, GUTTER + half), width - half - 2), AXIS / 2 - 2);
  }
}

/** A lane: the fuller a column, the higher it stands; its ground line says that the lane is there. */
function drawLane(pen: CanvasRenderingContext2D, width: number, top: number, lane: LaneEvents, picture: Picture): void {
  const { span, palette } = picture;
  const bottom = top + LANE - 3;
  pen.fillStyle = palette.line;
  pen.fillRect(GUTTER, bottom, width - GUTTER, 1);
  if (lane.at.length === 0) return;
  const step = 2;
  const columns = Math.max(1, Math.floor((width - GUTTER) / step));
  const counts = columnsOf(lane, span, columns);
  const most = counts.reduce((high, count) => Math.max(high, count), 1);
  pen.fillStyle = lane.lane === 'skip' ? palette.warn : lane.lane === 'happened' ? palette.ink : palette.soft;
  counts.forEach((count, column) => {
    if (count === 0) return;
    const tall = (LANE - 8) * (0.35 + 0.65 * (count / most));
    pen.fillRect(GUTTER + column * step, bottom - tall, step - 0.5, tall);
  });
}

/** The way of the frame that is looked at, from lane to lane. */
function drawFrame(pen: CanvasRenderingContext2D, width: number, picture: Picture): void {
  const { trace, lanes, span, frame, palette } = picture;
  if (frame === null) return;
  pen.fillStyle = palette.box;
  pen.strokeStyle = palette.box;
  pen.lineWidth = 1.5;
  pen.beginPath();
  let begun = false;
  lanes.forEach(({ lane, at, places }, row) => {
    if (lane === 'happened') return;
    const middle = AXIS + (row + 0.5) * LANE;
    let first = true;
    places.forEach((place, nth) => {
      if (trace.events[place]?.seq !== frame) return;
      const x = xOf(at[nth] as number, span, width);
      pen.fillRect(x - 1.5, middle - LANE / 2 + 5, 3, LANE - 8);
      if (!first) return;
      first = false;
      if (begun) pen.lineTo(x, middle);
      else pen.moveTo(x, middle);
      begun = true;
    });
  });
  pen.stroke();
}

/** Where something was not as it should be: a triangle that points at it from the axis. */
function drawAnomalies(pen: CanvasRenderingContext2D, width: number, { trace, span, palette }: Picture): void {
  pen.fillStyle = palette.bad;
  for (const { at } of trace.anomalies) {
    if (at === null || at < span.from || at > span.to) continue;
    const x = xOf(at, span, width);
    pen.beginPath();
    pen.moveTo(x - 5, AXIS - 8);
    pen.lineTo(x + 5, AXIS - 8);
    pen.lineTo(x, AXIS);
    pen.fill();
  }
}
