import { LIMIT_NAMES, type LimitName } from '../access/limits.js';
import { DatabaseFigures } from './database-figures.js';
import { EventLoopWatch } from './event-loop.js';
import { OpsEvents } from './events.js';
import { Rate, RecentCounts } from './figures.js';
import { RoomMoves } from './room-sweep.js';
import { AllSessionFigures } from './session-figures.js';
import { SocketRegistry } from './socket-registry.js';
import { noPasses } from './stage-totals.js';

/** Errors are counted over the last ten minutes, in parts of 10 s. */
const ERRORS_MS = 600_000;
const ERROR_PARTS = 60;
const CHURN_MS = 10_000;
const CHURN_PARTS = 5;

/** All that operations keep of one server: figures that the taps move on, and what has happened lately. */
export class OpsFigures {
  readonly events: OpsEvents;
  readonly sockets: SocketRegistry;
  readonly sessions: AllSessionFigures;
  readonly database = new DatabaseFigures();
  readonly moves = new RoomMoves();
  readonly errors = new RecentCounts(ERRORS_MS, ERROR_PARTS);
  /** What was refused because there was too much of it, by limit. */
  readonly limited: Record<LimitName, number> = Object.fromEntries(LIMIT_NAMES.map((limit) => [limit, 0])) as never;
  readonly loop = new EventLoopWatch();
  /** Connections that came, and those that went by the code of their reason, within the last ten seconds. */
  readonly churn = new RecentCounts(CHURN_MS, CHURN_PARTS);
  /** Of those, the ones without a token or link. */
  readonly churnOfStrangers = new RecentCounts(CHURN_MS, CHURN_PARTS);
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
