/** What the browser of `overlay-mount.test.ts` loads: the overlays, and a demo race to draw. */
export { loadOverlays } from '../apps/web/src/overlays/catalogue.js';
export { readOptions } from '../apps/web/src/overlays/define-overlay.js';
export { USUAL_DEMO } from '../apps/web/src/overlays/page/demo/demo-choice.js';
export { demoState } from '../apps/web/src/overlays/page/demo-race.js';
export { runningAnimations } from './animations.js';
