import { loadOverlay } from './catalogue.js';
import { type Overlay, type OverlaySource, readOptions } from './define-overlay.js';

/** What a page that draws overlays in small has to give them. */
export type { OverlaySource } from './define-overlay.js';

/**
 * Draws whatever is cued into an element of 1920×1080, as the stage does on air; the function returned takes it out. Where the
 * script of the stage cannot be loaded the element stays empty.
 */
export function drawCued(root: HTMLElement, source: OverlaySource): () => void {
  let stage: Overlay | null = null;
  let isOpen = true;
  loadOverlay('stage')
    .then((definition) => {
      if (!isOpen) return;
      stage = definition.mount(root, source, readOptions(definition.options, {}));
      void stage.show();
    })
    .catch(() => undefined);
  return () => {
    isOpen = false;
    stage?.close();
  };
}
