import type { ClockVerdict, FlowAnswer, OpsClock, OpsRelay, OpsSession, StageFlow } from '@okboxbox/protocol';
import { broadcastRoom, liveRoom } from '@okboxbox/protocol';
import { UNNUMBERED_RULES } from '@okboxbox/timing';
import type { ConnectedRelay } from '../../owner/ingest/connected-relays.js';
import type { OperationsDeps } from '../deps.js';
import type { OpsFigures } from '../ops-figures.js';
import type { Rate } from './counters.js';
import { SessionFigures } from './session-figures.js';

/** A session that runs and has had no frame for this long is stale, in ms. */
const STALE_MS = 10_000;
/** A clock that is off by less than this is right, in ms. */
const RIGHT_MS = 500;

type Deps = Pick<OperationsDeps, 'interest' | 'registry' | 'relays' | 'shows' | 'broadcasts' | 'spectators' | 'clock'>;
type Figures = Pick<OpsFigures, 'sessions'>;

/** Sessions that run, those that have ended lately, newest first, and those with a loss that nobody has accepted. */
export function sessionsNow(deps: Deps, figures: Figures): OpsSession[] {
  const running = [...deps.registry.live].map(({ id }) => id).reverse();
  const ended = figures.sessions.ended.filter((sessionId) => !running.includes(sessionId));
  const damaged = deps.registry.damaged.losses.map(({ sessionId }) => sessionId);
  return [...new Set([...running, ...ended, ...damaged])].flatMap(
    (sessionId) => sessionOf(deps, figures, sessionId) ?? [],
  );
}

/** One session, however long it has been over; `null` where nobody has ever heard of it. */
export function sessionOf(deps: Deps, figures: Figures, sessionId: string): OpsSession | null {
  const summary = deps.registry.summary(sessionId);
  if (summary === undefined) return null;
  const { registry, relays, shows, broadcasts, spectators, clock } = deps;
  const now = clock.now();
  // Of one that ended before this server was started nothing is counted, and nothing is to be kept.
  const session =
    summary.status === 'live'
      ? figures.sessions.of(sessionId)
      : (figures.sessions.find(sessionId) ?? new SessionFigures(sessionId, now));
  const { state } = registry.liveSession(sessionId) ?? {};
  const loss = registry.damaged.lossOf(sessionId);
  const primary = state?.merge.primary ?? null;
  const primaryId = primary === null ? null : (state?.streams[primary]?.relayId ?? null);
  const connected = relays.list(sessionId).map((relay) => relayOf(relay, session, primaryId, now));
  const first = connected.find((relay) => relay.isPrimary) ?? connected[0];
  const { lastFrameAt, show, status, sim, track } = summary;
  const { frames, duplicates, outOfOrder, dropped, errors } = session;
  return {
    sessionId,
    show,
    status,
    sim,
    track,
    isStale: status === 'live' && isStale(lastFrameAt, now),
    isFollowed: broadcasts.followed.of(show)?.sessionId === sessionId,
    mainFeed: broadcasts.followed.mainFeed(show)?.relayId ?? null,
    relays: connected,
    framesTotal: state?.framesTotal ?? frames.total,
    framesPerSec: frames.perSec(now),
    lastFrameAgeMs: lastFrameAt === null ? null : Math.round(now - lastFrameAt),
    driftP95: first?.driftP95 ?? null,
    clock: first?.clock ?? clockOf(null),
    queueAgeP95Ms: first?.queueAgeP95Ms ?? null,
    transitP95Ms: first?.transitP95Ms ?? null,
    duplicates,
    outOfOrder,
    dropped,
    errors,
    viewers: viewersOf(deps, sessionId, show),
    spectatorsEstimate: broadcasts.of(show).airedSession('public') === sessionId ? spectators.of(show) : 0,
    delayMs: shows.get(show).delayMs,
    publicExtraMs: shows.get(show).publicExtraMs,
    flow: flowOf(figures, sessionId, now)?.stages ?? null,
    unchangedPerSec: session.unchanged.perSec(now),
    rulesVersion: summary.rulesVersion ?? UNNUMBERED_RULES,
    ...(loss && { loss }),
  };
}

/** A session stage by stage, or `null` where nothing is known of it. */
export function flowOf({ sessions }: Figures, sessionId: string, now: number): FlowAnswer | null {
  const figures = sessions.find(sessionId);
  if (figures === undefined) return null;
  const flow = (rate: Rate): StageFlow => ({ total: rate.total, perSec: rate.perSec(now) });
  const { ingest, timeline, timing, liveTicks, broadcastTicks, fanOut, written, skipped } = figures;
  return {
    sessionId,
    stages: {
      ingest: flow(ingest),
      timeline: flow(timeline),
      timing: flow(timing),
      liveTicks: flow(liveTicks),
      broadcastTicks: flow(broadcastTicks),
      fanOut: flow(fanOut),
      written: flow(written),
      skipped: flow(skipped),
    },
  };
}

/** Whether a session that runs, and had its newest frame then, has been without one for too long. */
export function isStale(lastFrameAt: number | null, now: number): boolean {
  return lastFrameAt === null || now - lastFrameAt > STALE_MS;
}

function relayOf(relay: ConnectedRelay, session: SessionFigures, primaryId: string | null, now: number): OpsRelay {
  const { relayId, run, version, source, connectedAt, askedHz, pausedBecause, status } = relay;
  const figures = session.relay(relayId);
  const { drift, queueAge, apart, carried, waiting, oldestWaitingMs, unsent, oldestUnsentMs, jumps } = figures;
  const clock = clockOf(relay.clock);
  const apartP95 = apart.p95(now);
  // By a clock that is ahead it seems to be captured later.
  const lateMs =
    figures.newestApart === null || clock.offsetMs === null ? null : tenth(figures.newestApart + clock.offsetMs);
  return {
    relayId,
    run,
    version,
    source,
    connectedAt,
    askedHz,
    pausedBecause,
    waiting,
    oldestWaitingMs,
    unsent,
    oldestUnsentMs,
    carriedBytesPerS: carried.bytesPerS(now, clock.offsetMs),
    capturedBytesPerS: status === null ? null : carried.needed(status.rateHz),
    arrivingHz: figures.arriving.perSec(now),
    newestLateMs: lateMs === null ? null : Math.max(0, lateMs),
    heardAgeMs: Math.max(0, Math.round(now - relay.heardAt)),
    roundTripMs: relay.clock?.roundTripMs ?? null,
    clock,
    isPrimary: relayId === primaryId,
    simState: status?.simState ?? null,
    capturedHz: status?.rateHz ?? null,
    clockStepMs: relay.clock?.stepMs ?? null,
    wallStepMs: relay.clock?.wallStepMs ?? null,
    clockJumps: jumps.of(now),
    driftP95: drift.p95(now),
    queueAgeP95Ms: queueAge.p95(now),
    // What was sent by a clock that is ahead seems to have come sooner.
    transitP95Ms: apartP95 === null || clock.offsetMs === null ? null : tenth(Math.max(0, apartP95 + clock.offsetMs)),
  };
}

/** What is to be thought of a relay's clock. */
function clockOf(known: { readonly offsetMs: number; readonly boundMs: number } | null): OpsClock {
  if (known === null) return { offsetMs: null, boundMs: null, verdict: 'unknown' };
  const { offsetMs, boundMs } = known;
  return { offsetMs: tenth(offsetMs), boundMs: tenth(boundMs), verdict: verdictOf(offsetMs, boundMs) };
}

function verdictOf(offsetMs: number, boundMs: number): ClockVerdict {
  if (Math.abs(offsetMs) + boundMs <= RIGHT_MS) return 'right';
  if (Math.abs(offsetMs) <= Math.max(boundMs, RIGHT_MS)) return 'inconclusive';
  return offsetMs > 0 ? 'ahead' : 'behind';
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** How many are in a session's live room, and in its broadcast rooms together, those of both pictures. */
export function viewersOf(
  { interest, broadcasts }: Pick<OperationsDeps, 'interest' | 'broadcasts'>,
  sessionId: string,
  show: string,
): { live: number; broadcast: number } {
  const extras = broadcasts.of(show).session(sessionId)?.extras ?? [];
  const broadcast = extras.reduce<number>((sum, extra) => sum + interest(broadcastRoom(sessionId, extra)), 0);
  return { live: interest(liveRoom(sessionId)), broadcast };
}
