import { z } from 'zod';
import { showSlug } from '../rights/rights.js';
import { PICTURES } from '../rights/rooms.js';

/** Calls of a viewer, and what it is told beside its feed. */

export const sessionJoin = z
  .looseObject({
    sessionId: z.string().max(100).optional(),
    show: showSlug.optional(),
    audience: z.enum(['live', 'broadcast']),
    /** `public`: the later picture, also with the right to the graphics; `graphics`: refused without it. */
    picture: z.enum(PICTURES).optional(),
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

/**
 * `feed:beat`: a client says what it shows, so that a dead or slow connection is noticed on both sides. Decides nothing. A
 * client that has never sent one is not judged by it.
 */
export const feedBeat = z.looseObject({
  /** The newest instant that it shows, on the server's clock: the `at` of what it has painted last; `null` while it shows nothing. */
  at: z.number().min(0).max(8.64e15).nullable(),
  /** How long the answer to the beat before took, in ms; `null` where it has none yet. */
  rttMs: z.number().min(0).max(86_400_000).nullable(),
  /** That its page is in the background, where timers are slowed down. */
  hidden: z.boolean().optional(),
});
export type FeedBeat = z.infer<typeof feedBeat>;

/** The answer to `feed:beat`. */
export interface FeedBeatAnswer {
  /** The server's clock, in ms since the epoch. */
  readonly now: number;
  /** A client that loses the connection comes back after a random time up to this, in ms. */
  readonly retrySpreadMs: number;
}

/** Told to a client that joined by show when the show goes on with another session. */
export interface SessionMoved {
  readonly show: string;
  readonly from: string;
  readonly sessionId: string;
}

/** Told to those who watched without a right when a show is not published any more: `session:withdrawn`. */
export interface SessionWithdrawn {
  readonly sessionId: string;
}
