import { type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import { instantAt } from './draw-timeline.js';
import { panned, type Span, zoomed } from './timeline-layout.js';

/** A pointer that has moved less than this has pressed, not dragged, in px. */
const PRESSED_PX = 5;

/**
 * Moves a timeline by pointer: dragging pans, two fingers or Ctrl and the wheel zoom around where they are, the wheel
 * sideways (or with Shift) pans. A press that did not drag is handed on.
 */
export function useTimelinePointer(
  canvas: RefObject<HTMLCanvasElement | null>,
  { span, whole, width }: { readonly span: Span; readonly whole: Span; readonly width: number },
  { onSpan, onPress }: { readonly onSpan: (span: Span) => void; readonly onPress: (x: number, y: number) => void },
) {
  const held = useRef(new Map<number, { x: number; y: number }>());
  const dragged = useRef(0);
  const now = useRef({ span, whole, width, onSpan });
  now.current = { span, whole, width, onSpan };

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    // React's own wheel listeners are passive: they could not keep the page from scrolling under the zoom.
    const onWheel = (event: WheelEvent) => {
      const { span, whole, width, onSpan } = now.current;
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        onSpan(zoomed(span, whole, 1.002 ** -event.deltaY, instantAt(event.offsetX, span, width)));
      } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        event.preventDefault();
        onSpan(panned(span, whole, msOf(sideways, span, width)));
      }
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas]);

  const placeOf = (event: PointerEvent) => ({ x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY });

  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => {
      held.current.set(event.pointerId, placeOf(event));
      if (held.current.size === 1) dragged.current = 0;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
      const before = held.current.get(event.pointerId);
      if (before === undefined) return;
      const { span, whole, width, onSpan } = now.current;
      const place = placeOf(event);
      held.current.set(event.pointerId, place);
      dragged.current += Math.abs(place.x - before.x) + Math.abs(place.y - before.y);
      const other = [...held.current].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) {
        if (dragged.current > PRESSED_PX) onSpan(panned(span, whole, msOf(before.x - place.x, span, width)));
        return;
      }
      const was = Math.max(10, Math.abs(before.x - other.x));
      const is = Math.max(10, Math.abs(place.x - other.x));
      onSpan(zoomed(span, whole, is / was, instantAt((place.x + other.x) / 2, span, width)));
    },
    onPointerUp: (event: PointerEvent<HTMLCanvasElement>) => {
      const wasHeld = held.current.delete(event.pointerId);
      const { x, y } = placeOf(event);
      if (wasHeld && held.current.size === 0 && dragged.current <= PRESSED_PX) onPress(x, y);
    },
    onPointerCancel: (event: PointerEvent<HTMLCanvasElement>) => {
      held.current.delete(event.pointerId);
    },
  };
}

/** The duration of a width of the stretch, in ms; the width is in px. */
function msOf(px: number, span: Span, width: number): number {
  return instantAt(px, span, width) - instantAt(0, span, width);
}
