import { loadOverlays } from './catalogue.js';
import { isCued, type Overlay, type OverlayDefinition, type OverlaySource, readOptions } from './define-overlay.js';

/** Which slots an overlay puts on air, for those who list overlays. */
export { isCued, type OverlaySource } from './define-overlay.js';

/**
 * Draws whatever is cued into an element of 1920×1080, each overlay with its usual options and for as long as its cue is on air;
 * the function returned takes all of it out. What is not cued is not mounted, and costs nothing.
 */
export function drawCued(root: HTMLElement, source: OverlaySource): () => void {
  let overlays: readonly OverlayDefinition[] = [];
  let isOpen = true;
  const shown = new Map<OverlayDefinition, Overlay>();
  const put = (definition: OverlayDefinition) => {
    const overlay = definition.mount(root, source, readOptions(definition.options, {}));
    shown.set(definition, overlay);
    void overlay.show();
  };
  const take = (definition: OverlayDefinition, overlay: Overlay) => {
    shown.delete(definition);
    void overlay.hide().then(() => overlay.close());
  };
  const look = () => {
    const picture = source.picture();
    for (const definition of overlays) {
      const overlay = shown.get(definition);
      const isNow = picture !== null && isCued(definition, picture.race.onAir, picture.at);
      if (isNow && overlay === undefined) put(definition);
      if (!isNow && overlay !== undefined) take(definition, overlay);
    }
  };
  const leave = source.subscribe(look);
  void loadOverlays().then((all) => {
    if (!isOpen) return;
    // One without a slot draws what others draw.
    overlays = all.filter(({ slot }) => slot !== null);
    look();
  });
  return () => {
    isOpen = false;
    leave();
    for (const overlay of shown.values()) overlay.close();
    shown.clear();
  };
}
