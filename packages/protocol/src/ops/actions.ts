import { z } from 'zod';
import { PICTURES } from '../rights/rooms.js';
import { type Declared, field } from './fields.js';

/** What operations may do, with `ops:act`. Every act can be asked what it would do (`dryRun`), and is audited. */
export interface OpsActRequest {
  readonly dryRun?: boolean | undefined;
  /** Why, in the operator's words; stands in the audit. */
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
 * `…/sessions/:sessionId/end`, `…/sessions/:sessionId/refold`, `…/sessions/:sessionId/accept-loss`,
 * `…/sessions/:sessionId/follow`, `…/relays/:relayId/pause`,
 * `…/relays/:relayId/main-feed`. */
export interface OpsActAnswer {
  readonly act:
    | ('socket.disconnect' | 'socket.move' | 'session.end' | 'session.refold' | 'session.accept_loss')
    | ('relay.pause' | 'relay.resume' | 'show.follow');
  /** `false` where it was only asked what it would do. */
  readonly done: boolean;
  /** What it does, or did, in words; and how it can be undone, or that it cannot. */
  readonly what: string;
  readonly undo: string | null;
  /**
   * Of a pause or its end: whether it is on the server's disk. Where it is not, it is in force all the same, and the
   * server tries again until it is stored; `storeError` says why it was not.
   */
  readonly stored?: boolean;
  readonly storeError?: string;
}

/** Declares `AuditEntry`. */
export const auditEntry = z.object({
  id: field.number,
  at: field.instant,
  who: field.user,
  action: field.code,
  detail: z.object({
    sessionId: field.sessionId,
    socketId: field.socketId,
    relayId: field.relayId,
    show: field.show,
    role: field.role,
    surface: field.surface,
    user: field.user,
    because: field.freeText('reason of an action'),
    label: field.freeText('name of a link'),
    paused: field.flag,
    published: field.flag,
    dryRun: field.flag,
    delayMs: field.number,
    from: field.changed,
    to: field.changed,
    kind: field.code,
    picture: field.word(...PICTURES),
    fault: field.code,
    rooms: field.number,
    repaired: field.number,
    relays: z.array(field.relayId),
    // Of a token that was made; its own id opens nothing.
    sub: field.user,
    jti: field.tokenId,
    email: field.text,
    caps: z.array(field.capability),
    shows: z.array(field.show),
    sessions: z.array(field.sessionId),
    cars: z.array(field.code),
    ttlSeconds: field.number,
    expiresAt: field.number,
    // Of a support pack.
    traceId: field.trace,
    includeConfig: field.flag,
    freeTexts: field.number,
    without: z.array(field.code),
    sampleSec: field.number,
    bytes: field.number,
  }),
});
/** Who did what, and when. Of the particulars a pack holds those that are declared. */
export interface AuditEntry extends Omit<Declared<typeof auditEntry>, 'detail'> {
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
  readonly stage:
    | 'connection'
    | 'right'
    | 'room'
    | 'ingest'
    | 'timeline'
    | 'timing'
    | 'delay'
    | 'tick'
    | 'line'
    | 'page';
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
