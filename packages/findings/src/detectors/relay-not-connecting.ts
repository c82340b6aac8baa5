import { RELAY_NOT_CONNECTING as MODE } from '../catalogue/relay-not-connecting.js';
import { type Detector, inWords, running } from '../detector.js';
import { away, awayBefore } from './relay-away.js';
import { hasNoneCome, neverSeen, withoutRelay } from './relay-never-seen.js';
import { refused } from './relay-refused.js';
import { silent, waiting } from './relay-silent.js';

/** Relays that should feed and do not. */
export const relayNotConnecting: Detector = {
  code: MODE.code,
  notYet: (snapshot) =>
    hasNoneCome(snapshot) && snapshot.summary.uptimeMs < MODE.bounds.uptimeMs.raise
      ? `No relay has come yet; the server has run for ${inWords(snapshot.summary.uptimeMs)} only.`
      : null,
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
};
