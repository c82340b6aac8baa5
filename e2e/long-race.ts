import { FeedStore } from '../apps/web/src/feed/feed-store.js';
import { loadOverlay } from '../apps/web/src/overlays/catalogue.js';
import { readOptions } from '../apps/web/src/overlays/define-overlay.js';
import { MAX_DEMO_CARS, USUAL_DEMO } from '../apps/web/src/overlays/page/demo/demo-choice.js';
import { demoState } from '../apps/web/src/overlays/page/demo-race.js';
import { pacedSource } from '../apps/web/src/overlays/page/paced-source.js';
import { changeBetween, type FeedState, packTopicRow } from '../packages/protocol/src/index.js';

/** What the browser of `overlay-memory.test.ts` loads: a stage that follows a feed, race after race, a change each second. */
export { runningAnimations } from './animations.js';

const SECOND = 1_000;
const FOR_ALL = { slot: null };
const CHOICE = { ...USUAL_DEMO, cars: MAX_DEMO_CARS };

/** What was fed so far. */
export interface Fed {
  /** Seconds of the feed. */
  seconds: number;
  races: number;
  /** Cars that another driver has taken over, and cues that came on air. */
  driverChanges: number;
  cues: number;
}

/** Mounts a stage with all that is cued, and feeds it from then on by the page's timers. */
export async function feedStage(root: HTMLElement): Promise<Fed> {
  const fed: Fed = { seconds: 0, races: 0, driverChanges: 0, cues: 0 };
  const store = new FeedStore('broadcast');
  const source = pacedSource(store, requestAnimationFrame, () => true);
  const definition = await loadOverlay('stage');
  const overlay = definition.mount(root, source, readOptions(definition.options, {}));
  void overlay.show();
  store.connect({ state: 'live' });

  let state: FeedState | null = null;
  let seq = 0;
  setInterval(() => {
    const now = Date.now();
    const demo = demoState(fed.seconds++, CHOICE, FOR_ALL);
    // The demo goes on from the grid when a race is over; on air that is another session.
    if (state === null || (demo.clock.sessionTimeMs ?? 0) < (state.clock.sessionTimeMs ?? 0)) fed.races += 1;
    const sessionId = `sess_${fed.races}`;
    const next = withTopics({ ...demo, session: { ...demo.session, sessionId } });
    if (state?.session.sessionId === sessionId) {
      const known = state.topics.events ?? 0;
      const rows = next.events
        .filter(({ id }) => id > known)
        .map((event) => packTopicRow('events', { ...event, lapRow: null }));
      const change = { ...changeBetween(state, next), appended: { events: rows } };
      seq += 1;
      // As it came over the line: nothing of it is the same object as before.
      store.apply(structuredClone({ epoch: sessionId, seq, at: now, sessionId, ...change }), now);
      fed.driverChanges += next.entries.filter(({ driver }, i) => driver !== state?.entries[i]?.driver).length;
      fed.cues += Object.keys(change.onAir ?? {}).filter((slot) => change.onAir?.[slot as never] !== null).length;
    } else {
      seq = 0;
      store.begin(sessionId, seq, now, structuredClone(next), now);
    }
    state = next;
  }, SECOND);
  return fed;
}

function withTopics(state: FeedState): FeedState {
  return { ...state, topics: { epoch: state.session.sessionId, events: state.events.at(-1)?.id ?? 0 } };
}
