import { z } from 'zod';
import { showSlug } from '../rights/rights.js';
import { CAMERA_CONTROLS } from './camera-request.js';
import { isPlainText } from './shown-text.js';

/** Calls between a relay and a server, beside the batches of records (rules WIR of SPEC.md). */

/** Version of the relay's socket protocol; the server refuses another with a message that says so. */
export const RELAY_PROTOCOL_VERSION = 1;
/** Namespace for relays; viewers use `/`. */
export const RELAY_NAMESPACE = '/relay';

/** Text that a program says of itself, which operators see. */
const plain = (most: number) =>
  z.string().max(most).refine(isPlainText, { message: 'it holds characters that cannot be shown' });

export const relayHello = z.looseObject({
  relayId: plain(100).min(1),
  /**
   * Names a stream: made anew for each running of practice, qualifying or race that a relay captures, and where a server
   * says that its session has ended. Stored with the spool, so that it stays the same over restarts of the relay. With the
   * session, `relayId` and `seq` it names a frame for ever.
   */
  run: plain(100).min(1),
  version: plain(50),
  protocol: z.number().int(),
  /** Kind of source, as in its SPEC. */
  source: plain(50),
  sim: plain(50),
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
  /** Whether it takes `relay:ahead`; absent: all is to be sent in order. */
  readonly takesAhead?: boolean;
  /**
   * The session of this run has ended. What had not been sent of it is taken and added to it; a relay that still captures
   * begins a new run.
   */
  readonly ended?: boolean;
}
/**
 * The answer to a goodbye. It names the session where the goodbye is repeated, or its session had ended before; otherwise it
 * is empty.
 */
export interface RelayByeReceipt {
  readonly sessionId?: string;
  /** The session has ended. */
  readonly ended?: boolean;
}
export interface FramesReceipt {
  readonly have: SeqRanges;
}

/**
 * Why a relay says goodbye. `finished` and `session-changed` end the session, since nothing more will come; after
 * `kill-switch` and `disabled` the relay comes back when it is allowed to.
 */
export const BYE_REASONS = ['finished', 'stopped', 'failed', 'session-changed', 'kill-switch', 'disabled'] as const;
export type ByeReason = (typeof BYE_REASONS)[number];
export const relayBye = z.looseObject({
  reason: z.enum(BYE_REASONS),
  message: z.string().max(500).optional(),
});
export type RelayBye = z.infer<typeof relayBye>;

/** Why records of a relay will never come: its spool was full, another server has them, or its disk spoiled them. */
export const LOST_REASONS = ['spool_full', 'sent_elsewhere', 'spool_damaged'] as const;
const sequence = z.number().int().min(1).max(0xffff_ffff);
/** Records that the relay cannot send: the server goes on behind them. */
export const relayLost = z.looseObject({
  from: sequence,
  to: sequence,
  reason: z.enum(LOST_REASONS),
});
export type RelayLost = z.infer<typeof relayLost>;

/** The relay goes on behind these records, and sends them later, in order, behind what is live. */
export const relayAhead = z.looseObject({ from: sequence, to: sequence });
export type RelayAhead = z.infer<typeof relayAhead>;

/**
 * The server's question for a relay's clock, `clock:ping`, with what the answers before came to. All times are
 * milliseconds since the epoch by the clock of the side that names them.
 */
export interface ClockPing {
  readonly serverSentAt: number;
  /** What the relay's clock is ahead of the server's, within ± `boundMs`; absent before the first answer. */
  readonly offsetMs?: number;
  readonly boundMs?: number;
}
export const clockPong = z.looseObject({
  /** By the clock that frames are stamped with, which never steps. */
  receivedAt: z.number().finite(),
  sentAt: z.number().finite(),
  /** By the PC's own clock, which may be set. */
  wallAt: z.number().finite(),
});
export type ClockPong = z.infer<typeof clockPong>;

/** The server's request for fewer frames, `relay:rate`; `null` takes it back. It ends with the connection. */
export interface RateRequest {
  readonly maxHz: number | null;
  readonly because: string;
}

/**
 * A request from operations, `relay:pause`: no frames for now, while the connection stays, so that it can be undone. It
 * ends with the connection; a server that still wants it says so at the next greeting.
 */
export const pauseRequest = z.looseObject({
  paused: z.boolean(),
  because: z.string().max(500),
});
export type PauseRequest = z.infer<typeof pauseRequest>;

const amount = z.number().finite().min(0);
/** What a relay says of itself every few seconds, `relay:status`. */
export const relayStatus = z.looseObject({
  version: z.string().max(50),
  source: z.string().max(500),
  simState: z.string().max(50).optional(),
  /** Frames a second, over the last few. */
  rateHz: amount,
  /** Frames a second that the server asked for at most. */
  maxHz: amount.nullable(),
  /** Everything that waits at the relay, for whichever server. */
  queue: z.looseObject({
    records: amount,
    bytes: amount,
    oldestMs: amount,
    /** Records that left before every server had them, and how many of them since files of the spool were damaged. */
    lost: amount,
    damaged: amount.optional(),
  }),
  /** Records of what it feeds now that the server which is told has still to get, and how old the oldest of them is. */
  waiting: amount.optional(),
  oldestWaitingMs: amount.optional(),
  /** How many of these are not even on their way there, and how old the oldest of them is. */
  unsent: amount.optional(),
  oldestUnsentMs: amount.optional(),
  /** Whether operations of that server have paused it. */
  paused: z.boolean().optional(),
  /** Of a relay that may say which car the camera shows: whether it takes requests for another camera. */
  camera: z.enum(CAMERA_CONTROLS).optional(),
  cars: z.looseObject({ seen: amount, entries: amount, blinksPerMin: amount }).nullable(),
  /** Share of a core. */
  cpu: amount,
  memoryBytes: amount,
  wallStepMs: z.number().finite(),
});
export type RelayStatus = z.infer<typeof relayStatus>;
