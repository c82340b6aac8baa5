import './screen.css';
import { type CSSProperties, useEffect, useRef } from 'react';
import { useWidth } from '../kit/use-width.js';
import { drawCued, type OverlaySource } from '../overlays/cued-overlays.js';

/** How wide a picture is on air, in pixels. */
const AIR_WIDTH = 1920;

/** A picture as it is on air, in small, drawn by the overlays themselves. */
export function Screen({ source, label }: { source: OverlaySource; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  useEffect(() => (canvas.current === null ? undefined : drawCued(canvas.current, source)), [source]);
  return (
    <div className="screen" ref={frame} role="img" aria-label={label}>
      <div ref={canvas} style={{ '--small': width / AIR_WIDTH } as CSSProperties} />
    </div>
  );
}
