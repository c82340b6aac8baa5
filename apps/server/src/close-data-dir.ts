import { makePrivate } from '@okboxbox/sims';
import type { Logger } from './log.js';

/** How long the start waits for modes to be corrected, in ms; the rest of a big tree is done behind it. */
const PRIVACY_WAIT_MS = 250;

/**
 * Takes away what other users may do with the data directory, and logs what could not be changed. Resolves when that is
 * done, or has taken a while: it then goes on behind what comes next. Never throws.
 */
export async function closeDataDir(dataDir: string, signal: AbortSignal, log: Logger): Promise<void> {
  const closed = makePrivate(dataDir, signal).then(({ corrected, notOurs, notOursFirst, modeNotKept }) => {
    if (corrected > 0)
      log.info({ dataDir, corrected }, 'files of the data directory were open to other users: corrected');
    if (notOurs > 0) {
      log.warn(
        { notOurs, first: notOursFirst },
        'files of the data directory stay open to others: they are not this user’s',
      );
    }
    if (modeNotKept !== null) {
      log.warn(
        { path: modeNotKept },
        'the disk of the data directory keeps no modes: other users may read what is on it',
      );
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise((resolve) => {
    timer = setTimeout(resolve, PRIVACY_WAIT_MS);
  });
  await Promise.race([closed, waited]);
  clearTimeout(timer);
}
