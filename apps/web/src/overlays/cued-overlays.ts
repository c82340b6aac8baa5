import type { Slot } from '@okboxbox/protocol';
import { loadOverlay } from './catalogue.js';
import { type Look, type Overlay, type OverlaySource, readOptions, USUAL_LOOK } from './define-overlay.js';
import { ONE_PLACE, STAGED } from './stage/staged.js';

/** What a page that draws overlays in small has to give them. */
export { type Look, type OverlaySource, USUAL_LOOK } from './define-overlay.js';

/** Slots whose graphics stand at one place: the stage shows the one that was cued last. */
export const SLOTS_AT_ONE_PLACE: readonly Slot[] = ONE_PLACE.flatMap((kind) => STAGED[kind].slot ?? []);

/** What is cued, drawn in small. */
export interface DrawnCued {
  /** Gives it a look, at once. */
  wear(look: Look): void;
  /** Takes it out of the document. */
  close(): void;
}

/**
 * Draws whatever is cued into an element of 1920×1080, as the stage does on air. Where the script of the stage cannot be loaded
 * the element stays empty.
 */
export function drawCued(root: HTMLElement, source: OverlaySource): DrawnCued {
  let stage: Overlay | null = null;
  let worn = USUAL_LOOK;
  let isOpen = true;
  loadOverlay('stage')
    .then((definition) => {
      if (!isOpen) return;
      stage = definition.mount(root, source, readOptions(definition.options, {}));
      stage.wear(worn);
      void stage.show();
    })
    .catch(() => undefined);
  return {
    wear: (look) => {
      worn = look;
      stage?.wear(look);
    },
    close: () => {
      isOpen = false;
      stage?.close();
    },
  };
}
