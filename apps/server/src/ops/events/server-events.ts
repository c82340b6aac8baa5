import type { LimitName } from '../../access/limits.js';
import type { Subsystem } from '../../taps.js';
import type { OperationsDeps } from '../deps.js';
import type { OpsFigures } from '../ops-figures.js';

/** Refusals by what is missing are told as `auth_fail`; the others as bad input, where they are that. */
const AUTH_CODES: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden']);
const INPUT_CODES: ReadonlySet<string> = new Set(['bad_request', 'too_large', 'version_mismatch']);

/** Turns what directors set, and what the public picture does then, into events. */
export function listenToShows({ shows, broadcasts, channel }: OperationsDeps, { events }: OpsFigures): void {
  const sessionOf = (show: string) => broadcasts.followed.of(show)?.sessionId;
  shows.onChange((settings, before) => {
    const { show, delayMs, publicExtraMs, published } = settings;
    const sessionId = sessionOf(show);
    const where = { show, ...(sessionId !== undefined && { sessionId }) };
    if (delayMs !== before.delayMs || publicExtraMs !== before.publicExtraMs)
      events.note('broadcast:delay:set', { ...where, delayMs, publicExtraMs, fromMs: before.delayMs });
    if (published !== before.published) events.note(published ? 'publish' : 'unpublish', where);
  });
  /** The state that was told of last, by session. */
  const told = new Map<string, string>();
  const tell = (show: string) => {
    const broadcast = broadcasts.of(show);
    for (const { sessionId } of broadcast.sessions) {
      const { state, delayMs } = broadcast.measured(sessionId);
      if (told.get(sessionId) === state) continue;
      told.set(sessionId, state);
      if (state === 'holding') events.note('broadcast:delay:holding', { show, sessionId, delayMs });
      if (state === 'live') events.note('broadcast:delay:live', { show, sessionId, delayMs });
    }
    if (told.size > 1_000) for (const id of told.keys()) if (!broadcasts.isAiring(id)) told.delete(id);
  };
  // Behind the act that it follows from, of which the listeners of shows are told in the same turn, maybe after this one.
  channel.onShow((show, { event }) => {
    if (event === 'changed') queueMicrotask(() => tell(show));
  });
}

/** Turns sessions that begin and end into events. */
export function listenToSessions({ registry }: OperationsDeps, { sessions, events }: OpsFigures): void {
  registry.listen({
    began: ({ id, isResumed, state }) => {
      sessions.of(id).phase = state.timing.phase;
      events.note('created', { sessionId: id, show: state.facts.show, sim: state.facts.sim, isResumed });
    },
    ended: ({ id, state }) => {
      const reason = state.status.status === 'ended' ? state.status.reason : null;
      events.note('ended', { sessionId: id, show: state.facts.show, reason, framesTotal: state.framesTotal });
      sessions.end(id);
    },
  });
}

/** Turns refusals, limits and failures into events and counts of errors. Returns the ways to stop. */
export function listenToFailures(
  deps: OperationsDeps,
  { events, errors, sockets, limited }: OpsFigures,
): (() => unknown)[] {
  const { taps, clock } = deps;
  const exception = (error: unknown, origin: string) => {
    errors.add('process', clock.now());
    events.note('exception', { subsystem: 'process', where: origin, message: wordsOf(error) });
  };
  // Hears, and changes nothing of what becomes of the process.
  process.on('uncaughtExceptionMonitor', exception);
  return [
    taps.refusal.listen(({ from, socketId, where, code, message, capability, input }) => {
      const refused = where === 'session:join' && socketId !== null ? sockets.get(socketId) : undefined;
      if (refused) refused.refusedJoin = code;
      if (AUTH_CODES.has(code)) {
        const show = showNamed(deps, input);
        const fields = { socketId, where, code, capability, message, ...(show !== null && { show }) };
        events.note('auth_fail', fields, `${socketId} ${where} ${code} ${capability} ${show}`);
      } else if (INPUT_CODES.has(code)) {
        errors.add(from, clock.now());
        const fields = { subsystem: from, where, code, message, socketId };
        events.note('validation_error', fields, `${socketId} ${where} ${code}`);
      }
    }),
    taps.limited.listen((limit, socketId) => {
      limited[limit as LimitName] += 1;
      // Not among the errors: what a stranger does too often is no fault of the server. A flood is one event.
      const fields = {
        where: limit,
        code: 'rate_limited',
        message: 'Clients are limited: too much at once.',
        socketId,
      };
      events.note('validation_error', fields, `rate_limited ${limit}`);
    }),
    taps.failure.listen((from: Subsystem, where, error) => {
      errors.add(from, clock.now());
      events.note('handler_error', { subsystem: from, where, message: wordsOf(error) }, `${where} ${wordsOf(error)}`);
    }),
    () => process.off('uncaughtExceptionMonitor', exception),
  ];
}

/** The show that a call was for; `null` where it names none that is known: a refused caller must not put words here. */
function showNamed({ registry, shows }: OperationsDeps, input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const { show, sessionId } = input as { readonly show?: unknown; readonly sessionId?: unknown };
  if (typeof show !== 'string')
    return typeof sessionId === 'string' ? (registry.summary(sessionId)?.show ?? null) : null;
  const isKnown = shows.all().some((each) => each.show === show) || registry.newestOf(show) !== undefined;
  return isKnown ? show : null;
}

/** What an error says. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
