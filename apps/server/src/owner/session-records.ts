import type { OwnerDirectory } from '../directory/directory.js';
import type { SessionRegistry } from './session/registry.js';
import type { Session } from './session/session.js';

/**
 * Keeps what the directory has of sessions current: at once when one begins or ends and when its numbers are shared or no
 * longer shared, and once a turn of the event loop for frames. Returns the way to stop.
 */
export function keepSessionRecords(
  registry: SessionRegistry,
  directory: Pick<OwnerDirectory, 'putSession'>,
): () => void {
  const unlisten = new Map<Session, () => void>();
  const changed = new Set<Session>();
  let next: NodeJS.Immediate | null = null;

  const put = (session: Session) => {
    changed.delete(session);
    const { state } = session;
    const isRunning = registry.liveSession(session.id) === session;
    directory.putSession({ summary: state.summary(), sharedCars: isRunning ? [...state.own.sharedNumbers] : [] });
  };
  const putChanged = () => {
    next = null;
    for (const session of [...changed]) put(session);
  };
  const follow = (session: Session) => {
    unlisten.get(session)?.();
    let shared = session.state.own.sharedNumbers;
    const stop = session.onChange(() => {
      // Rights rest on them: no viewer may join between.
      if (session.state.own.sharedNumbers !== shared) {
        shared = session.state.own.sharedNumbers;
        put(session);
        return;
      }
      changed.add(session);
      next ??= setImmediate(putChanged);
    });
    unlisten.set(session, stop);
    put(session);
  };
  const leave = (session: Session) => {
    unlisten.get(session)?.();
    unlisten.delete(session);
    put(session);
  };

  for (const summary of registry.archived) directory.putSession({ summary, sharedCars: [] });
  registry.listen({
    began: follow,
    ended: leave,
    reopened: follow,
    closedAgain: leave,
    refolded: (state) => directory.putSession({ summary: state.summary(), sharedCars: [] }),
    remembered: (summary) => directory.putSession({ summary, sharedCars: [] }),
  });
  return () => {
    if (next !== null) clearImmediate(next);
    for (const stop of unlisten.values()) stop();
    unlisten.clear();
  };
}
