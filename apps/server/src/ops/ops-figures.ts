import { LIMIT_NAMES, type LimitName } from '../access/limits.js';
import { RoomMoves } from '../edge/gateway/room-sweep.js';
import { DatabaseFigures } from './database/database-figures.js';
import { OpsEvents } from './events/events.js';
import { Rate, RecentCounts } from './figures/counters.js';
import { EventLoopWatch } from './figures/event-loop.js';
import { AllSessionFigures } from './figures/session-figures.js';
import { ChurnWatch } from './sockets/churn.js';
import { SocketRegistry } from './sockets/socket-registry.js';

/** Errors are counted over the last ten minutes, in parts of 10 s. */
const ERRORS_MS = 600_000;
const ERROR_PARTS = 60;

/** The stages of a frame's way, in its order. */
const STAGES = ['ingest', 'timeline', 'timing', 'live_ticks', 'broadcast_ticks', 'fan_out'] as const;
type Stage = (typeof STAGES)[number];

/** What has passed each stage since the start, over all sessions: those that have long ended are in it, too. */
export type StageTotals = Record<Stage, number>;

function noPasses(): StageTotals {
  return { ingest: 0, timeline: 0, timing: 0, live_ticks: 0, broadcast_ticks: 0, fan_out: 0 };
}

/** All that operations keep of one server: figures that the taps move on, and what has happened lately. */
export class OpsFigures {
  readonly events: OpsEvents;
  readonly sockets: SocketRegistry;
  readonly sessions: AllSessionFigures;
  readonly database = new DatabaseFigures();
  readonly moves = new RoomMoves();
  readonly errors = new RecentCounts(ERRORS_MS, ERROR_PARTS);
  /** Refused because a limit was exceeded, by limit. */
  readonly limited: Record<LimitName, number> = Object.fromEntries(LIMIT_NAMES.map((limit) => [limit, 0])) as never;
  readonly loop = new EventLoopWatch();
  readonly churn = new ChurnWatch();
  readonly now: () => number;
  /** What has passed each stage, over all sessions. */
  readonly stages = noPasses();
  readonly ingest: { readonly frames: Rate; readonly bytes: Rate };
  readonly sent: { readonly messages: Rate; readonly skipped: Rate };
  /** Hear how long each query took, and how long connections were waited for and held, in ms, where anybody wants to know. */
  onQuery: ((tookMs: number) => void) | null = null;
  onAcquire: ((waitedMs: number) => void) | null = null;
  onRelease: ((heldMs: number) => void) | null = null;

  constructor(now: () => number) {
    this.now = now;
    this.events = new OpsEvents(now);
    this.sockets = new SocketRegistry(now);
    this.sessions = new AllSessionFigures(now);
    const begin = now();
    this.ingest = { frames: new Rate(begin), bytes: new Rate(begin) };
    this.sent = { messages: new Rate(begin), skipped: new Rate(begin) };
  }
}
