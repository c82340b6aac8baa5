import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import { DeskError } from './desk-error.js';

export interface CueableDeps {
  readonly registry: SessionRegistry;
  readonly broadcasts: BroadcastDelayService;
}

/**
 * Cues onto the session that a show follows, also where it has ended: its picture still airs for the length of the delay,
 * and its last one stays. Such a session is opened again for as long, so that a restart knows of the cue.
 * @throws DeskError where the show follows none, or the picture of an ended one is not here to be changed; what `cue` throws
 */
export async function onCueable<T>(deps: CueableDeps, show: string, cue: (session: Session) => T): Promise<T> {
  const { registry, broadcasts } = deps;
  const sessionId = broadcasts.followed.of(show)?.sessionId;
  if (sessionId === undefined) {
    throw new DeskError(`The show "${show}" has no session yet: there is nothing to cue.`);
  }
  const running = registry.liveSession(sessionId);
  if (running !== undefined) return cue(running);
  checkLine(deps, show, sessionId);
  const cued = await registry.withEnded(sessionId, (session) => {
    // The show may have gone on meanwhile, and the line with it.
    checkLine(deps, show, sessionId);
    return { outcome: cue(session) };
  });
  if (cued === null)
    throw new DeskError(`The session ${sessionId} has ended, and its timeline is not here.`, 'conflict');
  return cued.outcome;
}

/** @throws DeskError where there is no line of an ended session, or none yet */
function checkLine({ broadcasts }: CueableDeps, show: string, sessionId: string): void {
  const line = broadcasts.of(show).session(sessionId);
  if (line === undefined || broadcasts.hasFailed(sessionId)) {
    throw new DeskError(
      `The session ${sessionId} had ended and aired before the server was started: what it has on air cannot be changed ` +
        'any more. It can be until the show goes on to another session, or the server is started again.',
      'conflict',
    );
  }
  if (line.isPreparing) {
    throw new DeskError(
      `The last minutes of the session ${sessionId} are still being read. Try again in a few seconds.`,
    );
  }
}
