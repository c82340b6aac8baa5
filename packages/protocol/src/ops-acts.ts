/** What operations may do, with `ops:act`. Every act can be asked what it would do (`dryRun`), and is audited. */
export interface OpsActRequest {
  readonly dryRun?: boolean | undefined;
  /** Why, in the words of whoever does it; stands in the audit. */
  readonly because?: string | undefined;
}

/** `POST /api/ops/sockets/:socketId/move`: which of the sessions that it sees live, where there are several. */
export interface OpsMoveRequest extends OpsActRequest {
  readonly sessionId?: string | undefined;
}

/** `POST /api/ops/relays/:relayId/pause`. */
export interface OpsPauseRequest extends OpsActRequest {
  readonly paused: boolean;
}

/** Answer of an act: `POST /api/ops/sockets/:socketId/disconnect`, `…/sockets/:socketId/move`,
 * `…/sessions/:sessionId/end`, `…/sessions/:sessionId/refold`, `…/sessions/:sessionId/follow`, `…/relays/:relayId/pause`,
 * `…/relays/:relayId/main-feed`. */
export interface OpsActAnswer {
  readonly act:
    | ('socket.disconnect' | 'socket.move' | 'session.end' | 'session.refold')
    | ('relay.pause' | 'relay.resume' | 'show.follow');
  /** `false` where it was only asked what it would do. */
  readonly done: boolean;
  /** What it does, or did, in words; and how it can be taken back, or that it cannot. */
  readonly what: string;
  readonly undo: string | null;
  /**
   * Of a pause or its end: whether it is on the server's disk. Where it is not, it is in force all the same, and the
   * server tries again until it is stored; `storeError` says why it was not.
   */
  readonly stored?: boolean;
  readonly storeError?: string;
}

/** Who did what, and when. */
export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** `GET /api/ops/audit?limit=&before=`: newest first. */
export interface AuditAnswer {
  readonly entries: readonly AuditEntry[];
  readonly before: number | null;
  /** Acts that are not stored yet, and so not among these. */
  readonly waiting: number;
}

/** A step of a frame's way to one socket. */
export interface WhyStep {
  readonly stage: 'connection' | 'right' | 'room' | 'ingest' | 'timeline' | 'timing' | 'delay' | 'tick' | 'line';
  /** `expected`: it holds things up, and is meant to. */
  readonly state: 'ok' | 'broken' | 'expected' | 'unknown';
  readonly text: string;
  readonly figures: readonly { readonly name: string; readonly value: number | string | null; readonly unit: string }[];
}

/** `GET /api/ops/sockets/:socketId/why`: why a socket shows what it shows; ends at the first broken step. */
export interface WhyAnswer {
  readonly socketId: string;
  readonly verdict: 'fresh' | 'expected' | 'broken' | 'unknown';
  readonly text: string;
  readonly steps: readonly WhyStep[];
  readonly nextStep: string | null;
}
