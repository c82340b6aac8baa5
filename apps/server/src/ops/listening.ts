import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { LimitName } from '../access/limits.js';
import type { Subsystem } from '../taps.js';
import { statementName } from './database-figures.js';
import type { OpsFigures } from './ops-figures.js';
import { listenToShows } from './show-events.js';
import { listenToStages } from './stage-totals.js';
import type { OperationsWorld } from './world.js';

/** A raw drift beyond this is warned of, in ms: the runbook's threshold. */
const DRIFT_WARN_MS = 5_000;
/** How often it is looked at, for each relay, in ms, and from how many frames on. */
const DRIFT_LOOK_MS = 10_000;
const DRIFT_FRAMES = 10;
/** Refusals by what is missing are told as `auth_fail`; the others as bad input, where they are that. */
const AUTH_CODES: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden']);
const INPUT_CODES: ReadonlySet<string> = new Set(['bad_request', 'too_large', 'version_mismatch']);
const ROOM_SESSION = /^(?:broadcast:)?session:(sess_[\w-]+)/;

/**
 * Listens at every tap, and to sessions, shows and sockets, and turns what passes into figures and events. Returns the
 * way to stop listening at the taps; all else is heard for as long as it is there.
 */
export function listenToTaps(world: OperationsWorld, figures: OpsFigures): () => void {
  listenToSessions(world, figures);
  listenToShows(world, figures);
  listenToSockets(world.io, figures);
  return all([
    listenToRelays(world, figures),
    listenToFanOut(world, figures),
    listenToFailures(world, figures),
    listenToDatabase(world, figures),
    listenToStages(world.taps, figures.stages),
  ]);
}

function listenToRelays(
  { taps, relays, clock }: OperationsWorld,
  { events, sessions, ingest }: OpsFigures,
): () => void {
  const warnOfDrift = (sessionId: string, relayId: string, now: number) => {
    const relay = sessions.of(sessionId).relay(relayId);
    if (now - relay.lookedAt < DRIFT_LOOK_MS || relay.drift.count < DRIFT_FRAMES) return;
    relay.lookedAt = now;
    const driftP95 = relay.drift.p95(now);
    if (driftP95 === null || driftP95 <= DRIFT_WARN_MS) return;
    const known = relays.list(sessionId).find((each) => each.relayId === relayId)?.clock ?? null;
    const { offsetMs = null, boundMs = null } = known ?? {};
    events.note('drift_warn', {
      sessionId,
      relayId,
      driftP95,
      offsetMs,
      boundMs,
      queueAgeP95Ms: relay.queueAge.p95(now),
    });
  };
  return all([
    taps.batch.listen((sessionId, relayId, sentAt, bytes) => {
      ingest.bytes.add(bytes, clock.now());
      sessions.of(sessionId).relay(relayId).sentAt = sentAt;
    }),
    taps.ingest.listen((sessionId, relayId, isFrame, capturedAt, receivedAt) => {
      const session = sessions.of(sessionId);
      session.ingest.add(1, receivedAt);
      if (!isFrame) return;
      session.frames.add(1, receivedAt);
      ingest.frames.add(1, receivedAt);
      const relay = session.relay(relayId);
      relay.drift.add(Math.abs(receivedAt - capturedAt), receivedAt);
      if (relay.sentAt !== null) {
        relay.queueAge.add(Math.max(0, relay.sentAt - capturedAt), receivedAt);
        relay.apart.add(receivedAt - relay.sentAt, receivedAt);
      }
      warnOfDrift(sessionId, relayId, receivedAt);
    }),
    taps.drop.listen((sessionId, relayId, reason, records, because) => {
      if (sessionId !== null) sessions.of(sessionId).drop(reason, records);
      if (reason === 'clock_jump' && sessionId !== null && relayId !== null) {
        sessions.of(sessionId).relay(relayId).jumps.add(records, clock.now());
      }
      const again = `${sessionId} ${relayId} ${reason}`;
      // A duplicate is what a relay that came back sends for safety: counted, and nothing that happened.
      if (reason === 'duplicate') return;
      if (reason === 'gap') events.note('frame_gap', { sessionId, relayId }, again);
      else if (reason === 'invalid' || reason === 'bad_batch')
        events.note('invalid_payload', { sessionId, relayId, reason, message: because }, again);
      else events.note('frame_dropped', { sessionId, relayId, reason, records }, again);
    }),
    taps.relay.listen((what, sessionId, relayId, because, run) => {
      const reason = because ?? null;
      if (what === 'connected') {
        if (run !== undefined) sessions.of(sessionId).beginRun(relayId, run);
        events.note('relay:connected', { sessionId, relayId });
        events.note('relay_joined', { sessionId, relayId });
      } else if (what === 'disconnected') {
        events.note('relay:disconnected', { sessionId, relayId, reason });
        events.note('relay_left', { sessionId, relayId, reason });
      } else if (what === 'bye') events.note('relay:bye', { sessionId, relayId, reason });
      else events.note('primary_changed', { sessionId, relayId, reason });
    }),
    // Beside its `auth_fail`: who looks for a relay that does not come looks among the events of relays.
    taps.relayRefusal.listen((why, _code, _capability, message) => {
      const reason = `refused_${why}: ${message}`;
      events.note('relay:disconnected', { sessionId: null, relayId: null, reason }, reason);
    }),
    taps.ownRefusal.listen((sessionId, relayId, reason, carNumber, message) => {
      events.note('own_car_refused', { sessionId, relayId, reason, carNumber, message });
    }),
    taps.relayStatus.listen((sessionId, relayId, waiting, oldestMs) => {
      const relay = sessions.of(sessionId).relay(relayId);
      relay.waiting = waiting;
      relay.oldestWaitingMs = oldestMs;
    }),
  ]);
}

/** Who is shown what, and who is too slow for it. */
export function listenToFanOut(
  { taps, clock }: Pick<OperationsWorld, 'taps' | 'clock'>,
  figures: OpsFigures,
): () => void {
  const { sessions, sockets, events, sent } = figures;
  /** What a message is of, as long as anybody has still to get it. */
  const messages = new WeakMap<object, { readonly sessionId: string; readonly at: number | null }>();
  let tick = { room: '', sessionId: '', at: null as number | null };
  // The same message goes to one socket after another: what is known of it is looked up once.
  let message: object | null = null;
  let of: ReturnType<typeof sessions.of> | null = null;
  let at: number | null = null;
  let now = 0;
  const turnTo = (next: object) => {
    if (next === message) return;
    message = next;
    const known = messages.get(next);
    of = known === undefined ? null : (sessions.find(known.sessionId) ?? null);
    at = known?.at ?? null;
    now = clock.now();
  };
  return all([
    taps.timeline.listen((sessionId, records) => sessions.of(sessionId).timeline.add(records, clock.now())),
    taps.timing.listen((sessionId, phase) => {
      const session = sessions.of(sessionId);
      session.timing.add(1, clock.now());
      if (phase === session.phase) return;
      events.note('state_change', { sessionId, from: session.phase, to: phase });
      session.phase = phase;
    }),
    taps.tick.listen((sessionId, room, shownAt) => {
      tick = { room, sessionId, at: shownAt };
      const session = sessions.of(sessionId);
      (room.startsWith('broadcast:') ? session.broadcastTicks : session.liveTicks).add(1, clock.now());
    }),
    taps.unchanged.listen((sessionId) => sessions.of(sessionId).unchanged.add(1, clock.now())),
    taps.room.listen((room, event, made, members) => {
      // A tick is told just before its messages are made.
      if (event !== 'feed' || room !== tick.room) return;
      messages.set(made, { sessionId: tick.sessionId, at: tick.at });
      sessions.of(tick.sessionId).fanOut.add(members, clock.now());
    }),
    taps.write.listen((socketId, written) => {
      turnTo(written);
      sent.messages.add(1, now);
      of?.written.add(1, now);
      const connection = sockets.get(socketId);
      if (connection === undefined) return;
      connection.sent.add(1, now);
      if (at !== null) connection.newestAt = at;
    }),
    taps.skip.listen((socketId, skipped, waitingBytes, isClosed) => {
      turnTo(skipped);
      sent.skipped.add(1, now);
      of?.skipped.add(1, now);
      const connection = sockets.get(socketId);
      if (connection) {
        connection.skippedTotal += 1;
        connection.skippedAt = now;
      }
      // Told when it begins to be slow, and when it is closed for it.
      const again = isClosed ? undefined : socketId;
      events.note('slow_consumer', { socketId, waitingBytes, isClosed }, again);
    }),
  ]);
}

function listenToFailures(world: OperationsWorld, { events, errors, sockets, limited }: OpsFigures): () => void {
  const { taps, clock } = world;
  const exception = (error: unknown, origin: string) => {
    errors.add('process', clock.now());
    events.note('exception', { subsystem: 'process', where: origin, message: wordsOf(error) });
  };
  // Hears, and changes nothing of what becomes of the process.
  process.on('uncaughtExceptionMonitor', exception);
  return all([
    taps.refusal.listen((from, socketId, where, code, message, capability, input) => {
      const refused = where === 'session:join' && socketId !== null ? sockets.get(socketId) : undefined;
      if (refused) refused.refusedJoin = code;
      if (AUTH_CODES.has(code)) {
        const show = showNamed(world, input);
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
  ]);
}

/** The show that a call was for; `null` where it names none that is known: whoever is refused is not to put words here. */
function showNamed({ registry, shows }: OperationsWorld, input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const { show, sessionId } = input as { readonly show?: unknown; readonly sessionId?: unknown };
  if (typeof show !== 'string')
    return typeof sessionId === 'string' ? (registry.summary(sessionId)?.show ?? null) : null;
  const isKnown = shows.all().some((each) => each.show === show) || registry.newestOf(show) !== undefined;
  return isKnown ? show : null;
}

function listenToDatabase({ taps, clock, storeHealth }: OperationsWorld, figures: OpsFigures): () => void {
  const { database, events, errors } = figures;
  return all([
    taps.query.listen((sql, tookMs, error, callSite) => {
      const now = clock.now();
      // One that is still starting refuses connections: that is no error yet.
      if (error !== null && storeHealth().state === 'starting') return;
      const statement = statementName(sql);
      database.add(statement, tookMs, error !== null, callSite, now);
      if (error === null) {
        figures.onQuery?.(tookMs);
        return;
      }
      errors.add('database', now);
      const code = String((error as { code?: unknown }).code ?? 'failed');
      const fields = { subsystem: 'database', statement, code, message: wordsOf(error), tookMs };
      events.note('db_error', fields, `${statement} ${code}`);
    }),
    taps.acquire.listen((waitedMs) => {
      database.acquire.add(waitedMs, clock.now());
      figures.onAcquire?.(waitedMs);
    }),
    taps.release.listen((heldMs) => {
      database.held.add(heldMs, clock.now());
      figures.onRelease?.(heldMs);
    }),
  ]);
}

function listenToSessions({ registry }: OperationsWorld, { sessions, events }: OpsFigures): void {
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

/** Who comes and goes, and which rooms they enter and leave. */
export function listenToSockets(io: Server, figures: OpsFigures): void {
  const { sockets, events, churn, churnOfStrangers, now, moves } = figures;
  for (const name of ['/', RELAY_NAMESPACE]) {
    const namespace = io.of(name);
    namespace.on('connection', (socket: Socket) => {
      const connection = sockets.add(socket, name === RELAY_NAMESPACE ? 'relay' : null, (gone) => {
        const { socketId, closed, skippedTotal, connectedAt } = gone;
        churn.add(closed?.code ?? 'other', now());
        if (isStranger) churnOfStrangers.add(closed?.code ?? 'other', now());
        events.note('disconnect', {
          ...{ socketId, role, surface, user, skippedTotal },
          ...{ code: closed?.code ?? null, reason: closed?.reason ?? null },
          connectedMs: (closed?.at ?? connectedAt) - connectedAt,
        });
      });
      const { role, surface, user, isStranger } = connection;
      churn.add('connect', now());
      if (isStranger) churnOfStrangers.add('connect', now());
      events.note('connect', { socketId: socket.id, role, surface, user });
    });
    // The adapter's word, not the client's: a connection that is lost leaves its rooms, too.
    const told = (event: 'join' | 'leave') => (room: string, socketId: string) => {
      if (room === socketId) return;
      const sessionId = ROOM_SESSION.exec(room)?.[1];
      if (event === 'join') sockets.joined(socketId);
      else sockets.left(socketId);
      const { role = null } = sockets.get(socketId) ?? {};
      const { because: reason } = moves;
      if (event === 'join') moves.joins += 1;
      else moves.leaves += 1;
      const more = { ...(sessionId !== undefined && { sessionId }), ...(reason !== null && { reason }) };
      events.note(event, { socketId, role, room, ...more });
    };
    namespace.adapter.on('join-room', told('join'));
    namespace.adapter.on('leave-room', told('leave'));
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function all(stops: readonly (() => unknown)[]): () => void {
  return () => {
    for (const stop of stops) stop();
  };
}
