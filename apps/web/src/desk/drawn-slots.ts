import { type OnAir, type OverlayKind, SLOTS, type Slot } from '@okboxbox/protocol';
import { loadOverlays } from '../overlays/catalogue.js';

const overlays = await loadOverlays();
const drawn = new Set(overlays.flatMap(({ draws }) => draws));

/** What the desk says of a cued slot that no overlay draws. */
export const NOT_DRAWN = 'not drawn by any overlay yet';

/** What people call an overlay. */
export function overlayTitle(kind: OverlayKind): string {
  return overlays.find((overlay) => overlay.kind === kind)?.title ?? kind;
}

/** Whether any overlay draws what is cued into a slot. */
export function isDrawn(slot: Slot): boolean {
  return drawn.has(slot);
}

/** What is on air without the slots that no overlay draws: what viewers can see of it. */
export function drawnOf(onAir: OnAir): OnAir {
  const undrawn = SLOTS.filter((slot) => !isDrawn(slot));
  return { ...onAir, ...Object.fromEntries(undrawn.map((slot) => [slot, null])) };
}

/** Slots that are on air and that no overlay draws. */
export function undrawnSlots(onAir: OnAir): readonly Slot[] {
  return SLOTS.filter((slot) => onAir[slot] !== null && !isDrawn(slot));
}
