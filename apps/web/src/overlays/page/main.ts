import '@fontsource-variable/saira/wdth.css';
import './page.css';
import { isOverlayKind, USUAL_OVERLAY } from '@okboxbox/protocol';
import { FeedStore } from '../../feed/feed-store.js';
import { logoLoader } from '../../feed/load-logo.js';
import { loadOverlay } from '../catalogue.js';
import { isCued, readOptions } from '../define-overlay.js';
import { overlayAddress } from './address.js';
import { leavesAirAfter } from './air-time.js';
import { ObsControl, type ObsStudio, obsWishes } from './obs-control.js';
import { ObsSource } from './obs-source.js';
import { followOverlay } from './overlay-feed.js';
import { pacedSource } from './paced-source.js';
import { wearShowLook } from './show-look.js';

/** The page of an overlay, for OBS: one feed, one graphic, no text about faults; they are reported to the desk instead. */

const address = overlayAddress(location);
const kind = isOverlayKind(address.kind) ? address.kind : USUAL_OVERLAY;
const root = document.getElementById('root');
if (root === null) throw new Error('The document has no #root.');
if (address.background !== null) document.body.style.background = address.background;

let lastError: string | null = null;
window.addEventListener('error', (event) => {
  lastError = event.message;
});

const definition = await loadOverlay(kind);
document.title = definition.title;
const store = new FeedStore('broadcast', address.extraDelayMs);
// A hidden source draws nothing, and the newest picture once it is seen again.
const source = pacedSource(store, requestAnimationFrame, () => obs.visible !== false);
const obs = new ObsSource(window, source.look);
const options = readOptions(definition.options, address.given);
const overlay = definition.mount(root, source, options);

const { obsstudio } = window as { readonly obsstudio?: ObsStudio };
const control =
  obsstudio &&
  new ObsControl(obsstudio, obsWishes(location.search), (message) => {
    lastError = message;
  });

let leaves: ReturnType<typeof setTimeout> | undefined;

/** Shows the overlay while its slot is on air and the picture is not too old, and looks again when it will be. */
function check(): void {
  const { holding } = store;
  const isNow =
    holding.holding === 'race' &&
    (isCued(definition, holding.feed.onAir, store.at) ||
      definition.airsItself?.({ race: holding.feed, at: store.at }, options) === true);
  const now = Date.now();
  const until = leavesAirAfter(store, now);
  clearTimeout(leaves);
  if (isNow && until >= now && Number.isFinite(until)) leaves = setTimeout(check, until - now + 1);
  void (isNow && until >= now ? overlay.show() : overlay.hide());
}

source.subscribe(check);
store.subscribe(() => {
  const { holding } = store;
  if (holding.holding === 'refusal') lastError = holding.error.message;
  if (holding.holding === 'closed') lastError = holding.reason;
  if (holding.holding === 'race') control?.aired(holding.feed.onAir.scene);
  // A source that cannot be seen draws no pictures, but what is on air goes on.
  if (obs.visible === false) check();
});

if (address.demo !== null) {
  // What is on air does not carry it.
  const { runDemo } = await import('./demo-race.js');
  runDemo(store, address.demo.choice, address.demo.at, definition);
} else if (address.subject !== null) {
  const { subject, extraDelayMs, token, link } = address;
  followOverlay({ subject, extraDelayMs, token, link }, store, { kind, obs, lastError: () => lastError });
  wearShowLook(store, overlay, logoLoader({ token, link }));
}
