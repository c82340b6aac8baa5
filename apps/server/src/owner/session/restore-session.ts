import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentsOf } from '../timeline/read-timeline.js';
import { MAGIC } from '../timeline/segment-format.js';
import { type DamagedSessions, NotItsTimelineError } from './damaged-sessions.js';
import { type EndedSessions, fedBy, readSummary, type StoredSummary } from './ended-sessions.js';
import { foldSession } from './fold-session.js';
import type { SessionDeps } from './folded-timeline.js';
import { Session } from './session.js';

/**
 * A session of before this run, from its folder: one that had not ended goes on and is returned; one that had is added to
 * those that have ended, from its summary or, where that does not say all, from its timeline. Fails as the file system does.
 * @throws NotItsTimelineError where what is in its folder cannot be served as that session
 */
export async function restoreSession(
  dir: string,
  sessionId: string,
  archive: EndedSessions,
  damaged: DamagedSessions,
  deps: SessionDeps,
): Promise<Session | null> {
  const { log } = deps;
  const addEnded = async (stored: StoredSummary) => {
    archive.add(stored.summary, stored);
    await archive.noteShift(stored);
    return null;
  };
  await damaged.recall(sessionId);
  const read = await readSummary(dir, sessionId);
  const found = read.state === 'read' ? read.value : null;
  if (found?.isOpen === false && found.saysRuns) return addEnded(found);
  if (read.state === 'damaged') {
    log.warn({ sessionId, because: read.because }, 'the summary of a session cannot be used; it is made again');
  }
  const startedAt = performance.now();
  const folded = await foldSession(dir, { repair: true, log });
  if (folded === null) {
    if (found !== null) return addEnded(found);
    if (await holdsBytes(dir)) throw new NotItsTimelineError('the beginning of its timeline is damaged');
    log.warn({ sessionId }, 'a session folder holds no readable timeline; it is left alone');
    return null;
  }
  const { state } = folded;
  if (state.facts.sessionId !== sessionId) {
    // A folder that was copied or renamed: served under this id it would be the wrong race.
    throw new NotItsTimelineError(`it is the folder of the session ${state.facts.sessionId}: give it back that name`);
  }
  if (folded.loss !== undefined) await damaged.lost(sessionId, folded.loss);
  if (found !== null || state.status.status === 'ended') {
    // What its clock was set is on the timeline already where something was added since.
    const shiftMs = state.lateAt === null ? (found?.shiftMs ?? 0) : 0;
    // The results of a session that has ended stay as they were told, whatever the rules are now.
    const isToldBefore = found?.isOpen === false || state.status.status !== 'ended';
    const summary = isToldBefore && found !== null ? found.summary : state.summary();
    const stored = { summary, shiftMs, isOpen: false, ...fedBy(state) };
    await archive.keep(stored);
    return addEnded(stored);
  }
  const session = await Session.resume(dir, folded, deps);
  const tookMs = Math.round(performance.now() - startedAt);
  log.info({ sessionId, frames: state.framesTotal, laps: state.timing.laps.length, tookMs }, 'session resumed');
  return session;
}

/** Whether there is more in a session's segments than a crash leaves of one that had just begun. */
async function holdsBytes(dir: string): Promise<boolean> {
  for (const name of await segmentsOf(dir)) if ((await stat(join(dir, name))).size > MAGIC.length) return true;
  return false;
}
