import { type EndedSessions, fedBy, readSummary, type StoredSummary } from './ended-sessions.js';
import { foldSession } from './fold-session.js';
import { Session, type SessionWorld } from './session.js';

/**
 * A session of before this run, from its folder: one that had not ended goes on and is returned; one that had is added to
 * those that have ended, from its summary or, where that does not say all, from its timeline. Fails as the file system does.
 */
export async function restoreSession(
  dir: string,
  sessionId: string,
  archive: EndedSessions,
  world: SessionWorld,
): Promise<Session | null> {
  const { log } = world;
  const addEnded = async (stored: StoredSummary) => {
    archive.add(stored.summary, stored);
    await archive.noteShift(stored);
    return null;
  };
  const read = await readSummary(dir, sessionId);
  const found = read.state === 'read' ? read.value : null;
  if (found !== null && !found.isOpen) return addEnded(found);
  if (read.state === 'damaged') {
    log.warn({ sessionId, because: read.because }, 'the summary of a session cannot be used; it is made again');
  }
  const startedAt = performance.now();
  const folded = await foldSession(dir, { mend: true, log });
  if (folded === null) {
    if (found !== null) return addEnded(found);
    log.warn({ sessionId }, 'a session folder holds no readable timeline; it is left alone');
    return null;
  }
  const { state } = folded;
  if (state.facts.sessionId !== sessionId) {
    // A folder that was copied or renamed: served under this id it would be the wrong race.
    const because = `its timeline is of the session ${state.facts.sessionId}`;
    log.error({ sessionId, because }, 'a session folder is left alone; give it back the name of its session');
    return null;
  }
  if (found !== null || state.status.status === 'ended') {
    // What its clock was set is on the timeline already where something was added since.
    const shiftMs = state.lateAt === null ? (found?.shiftMs ?? 0) : 0;
    const summary = state.status.status === 'ended' ? state.summary() : (found?.summary ?? state.summary());
    const stored = { summary, shiftMs, isOpen: false, ...fedBy(state) };
    await archive.keep(stored);
    return addEnded(stored);
  }
  const session = await Session.resume(dir, folded, world);
  const tookMs = Math.round(performance.now() - startedAt);
  log.info({ sessionId, frames: state.framesTotal, laps: state.timing.laps.length, tookMs }, 'session resumed');
  return session;
}
