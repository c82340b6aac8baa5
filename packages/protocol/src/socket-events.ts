import { z } from 'zod';
import { type Capability, showSlug } from './rights.js';

/** Version of the relay's socket protocol; the server refuses another with a message that says so. */
export const RELAY_PROTOCOL_VERSION = 1;
/** Namespace for relays; viewers use `/`. */
export const RELAY_NAMESPACE = '/relay';

/** What a viewer calls itself. Shown to operators; decides nothing. */
export const CLIENT_KINDS = ['dashboard', 'overlay', 'director', 'public', 'ops'] as const;

export const handshakeAuth = z.looseObject({
  token: z.string().max(8_192).optional(),
  clientKind: z.enum(CLIENT_KINDS).optional(),
  surface: z.string().max(100).optional(),
});

/** Codes of refused calls. Each has one meaning, everywhere. */
export const ERROR_CODES = [
  'bad_request',
  'too_large',
  'unauthenticated',
  'forbidden',
  'not_found',
  'not_available',
  'version_mismatch',
  'not_joined',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface Refusal {
  readonly ok: false;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly capability?: Capability };
}
/** An acknowledgement: what was asked for, or why not. */
export type Ack<T> = ({ readonly ok: true } & T) | Refusal;

export const sessionJoin = z
  .looseObject({
    sessionId: z.string().max(100).optional(),
    show: showSlug.optional(),
    audience: z.enum(['live', 'broadcast']),
    extraDelayMs: z.number().int().min(0).max(120_000).optional(),
    format: z.enum(['rows', 'json']).optional(),
    /** Car numbers whose own data to get besides; the token must name each. Live audience only. */
    cars: z.array(z.string().min(1).max(20)).max(16).optional(),
  })
  .refine((join) => (join.sessionId === undefined) !== (join.show === undefined), {
    message: 'name either sessionId or show',
  });
export type SessionJoin = z.infer<typeof sessionJoin>;

/** The event `own`: a car's own data as its relay captured it, to those whose tokens name the car. */
export interface OwnCarMessage {
  readonly sessionId: string;
  readonly carNumber: string;
  /** When the frame was received, milliseconds since the epoch on the server's clock. */
  readonly at: number;
  readonly own: Readonly<Record<string, unknown>>;
}

export const sessionLeave = z.looseObject({ sessionId: z.string().max(100) });

export const feedResync = z.looseObject({
  sessionId: z.string().max(100).optional(),
  epoch: z.string().max(100),
  seq: z.number().int().min(0),
});

export const relayHello = z.looseObject({
  relayId: z.string().min(1).max(100),
  /** Made anew at each start of the relay; with `relayId` and `seq` it names a frame for ever. */
  run: z.string().min(1).max(100),
  version: z.string().max(50),
  protocol: z.number().int(),
  /** Kind of source, as in its SPEC. */
  source: z.string().max(50),
  sim: z.string().max(50),
  show: showSlug.optional(),
  simSessionKey: z.string().max(200),
  /** True for a file played back: each run of it is a session of its own. */
  playback: z.boolean(),
  /** Newest captured session time in seconds, so that a clock that fell back is seen at once. */
  sessionTime: z.number().finite().min(0).optional(),
});
export type RelayHello = z.infer<typeof relayHello>;

/** Inclusive ranges of sequence numbers. */
export type SeqRanges = readonly (readonly [from: number, to: number])[];

export interface RelayWelcome {
  readonly sessionId: string;
  /** What is on the timeline and synced to disk, of this relay, run and session. */
  readonly have: SeqRanges;
}
export interface FramesReceipt {
  readonly have: SeqRanges;
}

/** Why a relay says goodbye; `finished` ends the session, since nothing more will come. */
export const BYE_REASONS = ['finished', 'stopped', 'failed', 'session-changed'] as const;
export const relayBye = z.looseObject({
  reason: z.enum(BYE_REASONS),
  message: z.string().max(500).optional(),
});
export type RelayBye = z.infer<typeof relayBye>;

/** Told to a client that joined by show when the show goes on with another session. */
export interface SessionMoved {
  readonly show: string;
  readonly from: string;
  readonly sessionId: string;
}

/** Why the server closes a viewer's connection; sent as `session:closed` before the transport is cut. */
export const CLOSE_REASONS = ['slow_consumer', 'shutdown', 'too_large', 'token_revoked', 'token_expired'] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];
