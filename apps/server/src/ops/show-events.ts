import type { OpsFigures } from './ops-figures.js';
import type { OperationsWorld } from './world.js';

/** Turns what directors set, and what the public picture does then, into events. */
export function listenToShows({ shows, broadcasts }: OperationsWorld, { events }: OpsFigures): void {
  const sessionOf = (show: string) => broadcasts.followed.of(show)?.sessionId;
  shows.onChange((settings, before) => {
    const { show, delayMs, published } = settings;
    const sessionId = sessionOf(show);
    const where = { show, ...(sessionId !== undefined && { sessionId }) };
    if (delayMs !== before.delayMs) events.note('broadcast:delay:set', { ...where, delayMs, fromMs: before.delayMs });
    if (published !== before.published) events.note(published ? 'publish' : 'unpublish', where);
  });
  /** The state that was told of last, by session. */
  const told = new Map<string, string>();
  const tell = (show: string) => {
    const broadcast = broadcasts.of(show);
    for (const { sessionId } of broadcast.channels) {
      const { state, delayMs } = broadcast.measured(sessionId);
      if (told.get(sessionId) === state) continue;
      told.set(sessionId, state);
      if (state === 'holding') events.note('broadcast:delay:holding', { show, sessionId, delayMs });
      if (state === 'live') events.note('broadcast:delay:live', { show, sessionId, delayMs });
    }
    if (told.size > 1_000) for (const id of told.keys()) if (!broadcasts.isAiring(id)) told.delete(id);
  };
  // Behind the act that it follows from, of which the listeners of shows hear in the same turn, and maybe after this.
  broadcasts.listen({ moved: () => undefined, changed: (show) => queueMicrotask(() => tell(show)) });
}
