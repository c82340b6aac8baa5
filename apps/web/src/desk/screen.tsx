import './screen.css';
import { type CSSProperties, useContext, useEffect, useRef } from 'react';
import { useWidth } from '../kit/use-width.js';
import { type DrawnCued, drawCued, type OverlaySource } from '../overlays/cued-overlays.js';
import { LookContext } from './worn-look.js';

/** How wide a picture is on air, in pixels. */
const AIR_WIDTH = 1920;

/** A picture as it is on air, in small, drawn by the overlays themselves in the look around it. */
export function Screen({ source, label }: { source: OverlaySource; label: string }) {
  const look = useContext(LookContext);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const drawn = useRef<DrawnCued>(null);
  const width = useWidth(frame);
  useEffect(() => {
    if (canvas.current === null) return;
    const made = drawCued(canvas.current, source);
    drawn.current = made;
    return () => made.close();
  }, [source]);
  // After the effect above: a canvas that is drawn anew has the look at once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: of another source it is another drawing.
  useEffect(() => drawn.current?.wear(look), [look, source]);
  return (
    <div className="screen" ref={frame} role="img" aria-label={label}>
      <div ref={canvas} style={{ '--small': width / AIR_WIDTH } as CSSProperties} />
    </div>
  );
}
