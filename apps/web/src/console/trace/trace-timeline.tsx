import './trace-timeline.css';
import type { Trace } from '@okboxbox/protocol';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../kit/button.js';
import { useWidth } from '../../kit/use-width.js';
import { AXIS, drawTimeline, GUTTER, heightOf, instantAt, LANE, type Palette } from './draw-timeline.js';
import {
  framesOf,
  LANES,
  type Lane,
  lanesOf,
  nearest,
  panned,
  type Span,
  showing,
  sinceLabel,
  wholeSpan,
  zoomed,
} from './timeline-layout.js';
import { LANE_LABELS, tookLabel } from './trace-labels.js';
import { useTimelinePointer } from './use-timeline-pointer.js';

/** How near a press must be to an event, in px. */
const REACH_PX = 8;

/**
 * A trace over time, a lane a stage. Drag or arrows to pan, Ctrl and the wheel, two fingers or + and − to zoom; a press
 * on an event chooses its frame, comma and full stop the one before and after.
 */
export function TraceTimeline({
  trace,
  frame,
  onFrame,
}: {
  trace: Trace;
  /** The number of the frame that is looked at. */
  frame: number | null;
  onFrame: (seq: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box);
  const lanes = useMemo(() => lanesOf(trace), [trace]);
  const frames = useMemo(() => framesOf(trace), [trace]);
  const whole = useMemo(() => wholeSpan(trace), [trace]);
  const zero = trace.triggeredAt ?? trace.startedAt;
  // `null` shows all of it, also of a trace that still grows.
  const [chosen, setChosen] = useState<Span | null>(null);
  const span = chosen ?? whole;
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const height = heightOf(LANES.length);

  const onSpan = (next: Span) => setChosen(next.to - next.from >= whole.to - whole.from - 1e-6 ? null : next);
  const at = (x: number, y: number): Pointed | null => {
    const lane = lanes[Math.floor((y - AXIS) / LANE)];
    if (lane === undefined || x < GUTTER) return null;
    const instant = instantAt(x, span, width);
    const reach = ((span.to - span.from) / (width - GUTTER)) * REACH_PX;
    const place = nearest(lane, instant, reach);
    return place === null ? null : { lane: lane.lane, place };
  };
  const choose = (seq: number | null, when: number | undefined) => {
    if (seq === null) return;
    onFrame(seq);
    if (chosen !== null && when !== undefined) setChosen(showing(chosen, whole, when));
  };
  const onPress = (x: number, y: number) => {
    const found = at(x, y);
    setPointed(found);
    if (found === null || found.lane === 'happened') return;
    const event = trace.events[found.place];
    choose(event?.seq ?? null, event?.at);
  };
  const stepFrame = (by: 1 | -1) => {
    const here = frames.findIndex(({ seq }) => seq === frame);
    const next = frames[here === -1 ? (by === 1 ? 0 : frames.length - 1) : here + by];
    if (next !== undefined) choose(next.seq, next.at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = (span.to - span.from) / 5;
    const does: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => onSpan(panned(span, whole, -step)),
      ArrowRight: () => onSpan(panned(span, whole, step)),
      '+': () => onSpan(zoomed(span, whole, 2)),
      '=': () => onSpan(zoomed(span, whole, 2)),
      '-': () => onSpan(zoomed(span, whole, 0.5)),
      Home: () => onSpan(panned(span, whole, whole.from - span.from)),
      End: () => onSpan(panned(span, whole, whole.to - span.to)),
      f: () => setChosen(null),
      ',': () => stepFrame(-1),
      '.': () => stepFrame(1),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : does[event.key];
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  const pointer = useTimelinePointer(canvas, { span, whole, width }, { onSpan, onPress });

  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext('2d');
    if (!element || !pen) return;
    const sharp = window.devicePixelRatio || 1;
    element.width = Math.round(width * sharp);
    element.height = Math.round(height * sharp);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    drawTimeline(pen, width, { trace, lanes, span, zero, frame, palette: paletteOf(element) });
  }, [trace, lanes, span, zero, frame, width, height]);

  return (
    <div className="trace-timeline">
      <div className="button-row">
        <Button onClick={() => onSpan(zoomed(span, whole, 2))} aria-label="Zoom in">
          +
        </Button>
        <Button onClick={() => onSpan(zoomed(span, whole, 0.5))} aria-label="Zoom out">
          −
        </Button>
        <Button disabled={chosen === null} onClick={() => setChosen(null)}>
          Show all
        </Button>
        <Button onClick={() => stepFrame(-1)}>‹ Frame</Button>
        <Button onClick={() => stepFrame(1)}>Frame ›</Button>
        <span className="soft">
          {tookLabel(span.to - span.from)} of {tookLabel(whole.to - whole.from)}
        </span>
      </div>
      <div ref={box}>
        <canvas
          ref={canvas}
          style={{ height }}
          tabIndex={0}
          role="slider"
          aria-label="Timeline of the trace: arrows pan, plus and minus zoom, comma and full stop choose a frame"
          aria-valuemin={frames[0]?.seq ?? 0}
          aria-valuemax={frames.at(-1)?.seq ?? 0}
          aria-valuenow={frame ?? 0}
          aria-valuetext={frame === null ? 'no frame chosen' : `frame ${frame}`}
          onKeyDown={onKeyDown}
          {...pointer}
          onMouseMove={(event) => setPointed(at(event.nativeEvent.offsetX, event.nativeEvent.offsetY))}
          onMouseLeave={() => setPointed(null)}
        />
      </div>
      <p className="trace-readout soft" aria-live="polite">
        {pointed === null
          ? 'Point at an event to read it. Click it to see where its frame went.'
          : readout(trace, pointed, zero)}
      </p>
    </div>
  );
}

/** The event under the pointer. */
interface Pointed {
  readonly lane: Lane;
  readonly place: number;
}

function readout(trace: Trace, { lane, place }: Pointed, zero: number): string {
  if (lane === 'happened') {
    const event = trace.happened[place];
    if (event === undefined) return '';
    const more = Object.entries(event)
      .filter(([name]) => !['id', 'at', 'type', 'event', 'sessionId'].includes(name))
      .map(([name, value]) => `${name} ${value}`);
    return [sinceLabel(event.at - zero), event.event, ...more].join(' · ');
  }
  const event = trace.events[place];
  if (event === undefined) return '';
  return [
    sinceLabel(event.at - zero),
    LANE_LABELS[lane],
    event.seq === null ? '' : `frame ${event.seq}`,
    event.of ?? '',
    event.sinceReceivedMs === null ? '' : `${tookLabel(event.sinceReceivedMs)} since it was received`,
    event.bytes === null ? '' : `${event.bytes} bytes`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function paletteOf(element: HTMLElement): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    board: colour('board'),
    rail: colour('rail'),
    line: colour('line'),
    ink: colour('ink'),
    soft: colour('soft'),
    faint: colour('faint'),
    box: colour('box'),
    warn: colour('warn'),
    bad: colour('bad'),
  };
}
