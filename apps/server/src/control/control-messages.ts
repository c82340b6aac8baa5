import { CAPABILITIES, ROLES, showSlug } from '@okboxbox/protocol';
import { z } from 'zod';

/** Longest time that a token can be asked for, in seconds: a leap year. */
export const LONGEST_TTL_S = 366 * 86_400;
/** Longest message in either direction, in bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** What a command asks of the running server: one line of JSON. */
export const controlRequest = z.discriminatedUnion('ask', [
  z
    .object({
      ask: z.literal('token'),
      sub: z.string().min(1).max(100),
      role: z.enum(ROLES),
      caps: z.array(z.enum(CAPABILITIES)).max(CAPABILITIES.length).optional(),
      shows: z.array(showSlug).max(100).optional(),
      sessions: z.array(z.string().min(1).max(100)).max(100).optional(),
      cars: z.array(z.string().min(1).max(20)).max(100).optional(),
      ttlSeconds: z.number().int().min(1).max(LONGEST_TTL_S),
    })
    .strict(),
  z.object({ ask: z.literal('sign-in') }).strict(),
]);
export type ControlRequest = z.infer<typeof controlRequest>;

/** What it answers: one line of JSON. `url` is the server's address, for people. */
export const controlAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('token'), token: z.string(), jti: z.string(), expiresAt: z.number(), url: z.string() }),
  z.object({ answer: z.literal('sign-in'), code: z.string(), expiresAt: z.number(), url: z.string() }),
  /** It cannot be done; the message says why and what to do. */
  z.object({ answer: z.literal('refused'), message: z.string() }),
]);
export type ControlAnswer = z.infer<typeof controlAnswer>;
