import type { Taps } from '../taps.js';
import { statementName } from './database/database-figures.js';
import type { OperationsDeps } from './deps.js';
import { listenToFailures, listenToSessions, listenToShows, wordsOf } from './events/server-events.js';
import type { OpsFigures, StageTotals } from './ops-figures.js';
import { listenToSockets } from './sockets/socket-events.js';

/** A raw drift beyond this is warned of, in ms: the runbook's threshold. */
const DRIFT_WARN_MS = 5_000;
/** How often it is looked at, for each relay, in ms, and from how many frames on. */
const DRIFT_LOOK_MS = 10_000;
const DRIFT_FRAMES = 10;

/**
 * Listens at every tap, and to sessions, shows and sockets, and turns what passes into figures and events. Returns the
 * way to stop listening at the taps; all else is heard for as long as it is there.
 */
export function listenToTaps(deps: OperationsDeps, figures: OpsFigures): () => void {
  listenToSessions(deps, figures);
  listenToShows(deps, figures);
  listenToSockets(deps.io, figures);
  return all([
    listenToRelays(deps, figures),
    listenToFanOut(deps, figures),
    ...listenToFailures(deps, figures),
    listenToDatabase(deps, figures),
    listenToStages(deps.taps, figures.stages),
  ]);
}

function listenToRelays({ taps, relays, clock }: OperationsDeps, { events, sessions, ingest }: OpsFigures): () => void {
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
      const relay = sessions.of(sessionId).relay(relayId);
      relay.sentAt = sentAt;
      if (sentAt !== null) relay.carried.batch(sentAt, clock.now(), bytes);
    }),
    taps.ingest.listen((sessionId, relayId, isFrame, capturedAt, receivedAt) => {
      const session = sessions.of(sessionId);
      session.ingest.add(1, receivedAt);
      if (!isFrame) return;
      session.frames.add(1, receivedAt);
      ingest.frames.add(1, receivedAt);
      const relay = session.relay(relayId);
      relay.carried.frame();
      relay.arriving.add(1, receivedAt);
      relay.newestApart = receivedAt - capturedAt;
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
    taps.relayRefusal.listen(({ why, message }) => {
      const reason = `refused_${why}: ${message}`;
      events.note('relay:disconnected', { sessionId: null, relayId: null, reason }, reason);
    }),
    taps.ownRefusal.listen((refusal) => events.note('own_car_refused', { ...refusal })),
    taps.relayStatus.listen((sessionId, relayId, { queue, waiting, oldestWaitingMs, unsent, oldestUnsentMs }) => {
      const relay = sessions.of(sessionId).relay(relayId);
      // The queue holds what is for other servers as well, and what they refuse: a relay of an older version tells no more.
      relay.waiting = oldestWaitingMs === undefined ? queue.records : (waiting ?? queue.records);
      relay.oldestWaitingMs = oldestWaitingMs ?? queue.oldestMs;
      relay.unsent = unsent ?? null;
      relay.oldestUnsentMs = oldestUnsentMs ?? null;
    }),
  ]);
}

/** Counts what passes the stages; returns the way to stop. */
function listenToStages(taps: Taps, totals: StageTotals): () => void {
  return all([
    taps.ingest.listen(() => {
      totals.ingest += 1;
    }),
    taps.timeline.listen((_sessionId, records) => {
      totals.timeline += records;
    }),
    taps.timing.listen(() => {
      totals.timing += 1;
    }),
    taps.tick.listen((_sessionId, room) => {
      totals[room.startsWith('broadcast:') ? 'broadcast_ticks' : 'live_ticks'] += 1;
    }),
    taps.room.listen((_room, event, _message, members) => {
      if (event === 'feed') totals.fan_out += members;
    }),
  ]);
}

/** Who is shown what, and who is too slow for it. */
export function listenToFanOut(
  { taps, clock }: Pick<OperationsDeps, 'taps' | 'clock'>,
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
    taps.beat.listen((socketId, shownAt, rttMs, isHidden) => sockets.beat(socketId, shownAt, rttMs, isHidden)),
    taps.pong.listen((socketId, rttMs) => sockets.pong(socketId, rttMs)),
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

function listenToDatabase({ taps, clock, storeHealth }: OperationsDeps, figures: OpsFigures): () => void {
  const { database, events, errors } = figures;
  return all([
    taps.query.listen((sql, tookMs, error, callSite) => {
      const now = clock.now();
      // One that is still starting refuses connections: that is no error yet.
      if (error !== null && storeHealth().state === 'starting') return;
      const statement = statementName(sql);
      database.add(statement, tookMs, error, callSite, now);
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

function all(stops: readonly (() => unknown)[]): () => void {
  return () => {
    for (const stop of stops) stop();
  };
}
