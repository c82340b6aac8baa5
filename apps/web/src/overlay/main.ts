import '@fontsource-variable/saira/wdth.css';
import '../style/tokens.css';
import '../style/overlay.css';
import { version } from '../../package.json';
import { followFeed } from '../feed/feed-client.js';
import { FeedStore } from '../feed/feed-store.js';
import { isOnAir } from '../tower/tower-rows.js';
import { canStayOnAir } from './air-time.js';
import { runDemo } from './demo-race.js';
import { ObsSource } from './obs-source.js';
import { overlayOptions } from './overlay-options.js';
import { TimingTower } from './timing-tower.js';

/** An overlay of OBS: one feed, one graphic, no words about what is wrong; that is told to the desk instead. */

const NAME = 'timing-tower';
const REPORT_EVERY_MS = 5_000;
/** Whether the picture has become too old is looked at so often, in ms. */
const LOOK_EVERY_MS = 500;
/** After a pause as long as this nothing glides: the source was hidden, or the machine busy. */
const JUMP_AFTER_MS = 1_000;

const options = overlayOptions(location.search);
const root = document.getElementById('root');
if (root === null) throw new Error('The document has no #root.');
if (options.background !== null) document.body.style.background = options.background;
const store = new FeedStore('broadcast', options.extraDelayMs);
const tower = new TimingTower(root, options, options.scale);
const obs = new ObsSource(window, () => drawSoon());

let lastError: string | null = null;
let drawnAt = Number.NEGATIVE_INFINITY;
let isAsked = false;

/** Draws once before the next picture. A hidden source draws nothing, and the newest state once it is seen again. */
function drawSoon(): void {
  if (isAsked || obs.visible === false) return;
  isAsked = true;
  requestAnimationFrame(draw);
}

function draw(): void {
  isAsked = false;
  const { holding } = store;
  const now = performance.now();
  if (holding.holding === 'race') {
    tower.draw(holding.feed, store.at, now - drawnAt > JUMP_AFTER_MS);
    drawnAt = now;
  }
  look();
}

function look(): void {
  const { holding } = store;
  if (holding.holding === 'refusal') lastError = holding.error.message;
  if (holding.holding === 'closed') lastError = holding.reason;
  const isCued = holding.holding === 'race' && isOnAir(holding.feed.onAir.tower, store.at);
  tower.show(isCued && canStayOnAir(store, Date.now()));
}

window.addEventListener('error', (event) => {
  lastError = event.message;
});
store.subscribe(drawSoon);
setInterval(look, LOOK_EVERY_MS);

if (options.demo) {
  runDemo(store);
} else if (options.subject !== null) {
  const { subject, extraDelayMs, token, link } = options;
  const feed = followFeed(
    {
      subject,
      audience: 'broadcast',
      extraDelayMs,
      token,
      link,
      clientKind: 'overlay',
      surface: NAME,
      keepsTrying: true,
    },
    store,
  );
  const report = () => {
    if (store.connection.state === 'lost') lastError = store.connection.because;
    feed.send('overlay:report', {
      name: NAME,
      version,
      visible: obs.visible,
      active: obs.active,
      frameAgeMs: store.ageOfPicture(Date.now()),
      lastError,
    });
  };
  setInterval(report, REPORT_EVERY_MS);
  store.subscribe(once(() => store.connection.state === 'live', report));
}

/** Calls back the first time that something is so. */
function once(isSo: () => boolean, then: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone || !isSo()) return;
    isDone = true;
    then();
  };
}
