import { defineFailureMode } from '../failure-mode.js';
import { inWords, running } from '../finding.js';
import { away, awayBefore } from './away.js';
import { MODE } from './mode.js';
import { hasNoneCome, neverSeen, withoutRelay } from './never-seen.js';
import { refused } from './refused.js';
import { silent, waiting } from './silent.js';

/** Relays that should feed and do not. */
export const relayNotConnecting = defineFailureMode(MODE, {
  notYet: (snapshot) => {
    const { uptimeMs, returnMs } = MODE.bounds;
    // Where a session was under way, its relay is looked for sooner.
    const waitsMs = (running(snapshot).length > 0 ? returnMs : uptimeMs).raise;
    return hasNoneCome(snapshot) && snapshot.summary.uptimeMs < waitsMs
      ? `No relay has connected yet; the server started only ${inWords(snapshot.summary.uptimeMs)} ago.`
      : null;
  },
  look(snapshot) {
    return [
      ...neverSeen(snapshot),
      ...refused(snapshot),
      ...running(snapshot).flatMap((session) => [
        ...away(snapshot, session),
        ...withoutRelay(snapshot, session),
        ...silent(snapshot, session),
      ]),
      ...waiting(snapshot),
      ...awayBefore(snapshot),
    ];
  },
});
