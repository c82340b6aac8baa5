import type { Capability } from './rights.js';

/** What is known of a code of refused calls. */
interface RefusalText {
  /** Its title for pages. */
  readonly text: string;
  /** What the caller has to know of it, for docs/codes.md. */
  readonly meaning: string;
  /** Where the same call is refused again until a person changes something: a program does not try by itself. */
  readonly isFinal?: true;
}

/** Every code of a refused call. Each has one meaning, everywhere; the one list for servers, pages, relays and docs. */
export const ERROR_CODES = {
  bad_request: { text: 'Bad request', meaning: 'the call has a value that cannot be used', isFinal: true },
  too_large: { text: 'Too large', meaning: 'the message has more bytes or records than are accepted' },
  unauthenticated: { text: 'Not signed in', meaning: 'no token, or one that is not accepted', isFinal: true },
  forbidden: { text: 'Not allowed', meaning: 'the right is missing; `capability` names it', isFinal: true },
  not_found: { text: 'Not found', meaning: 'there is no such session or show, or it is not published' },
  not_available: { text: 'Not available', meaning: 'it cannot be done at the moment; the message says why' },
  conflict: { text: 'Conflict', meaning: 'it does not fit what there is now; the message says what', isFinal: true },
  version_mismatch: { text: 'Wrong version', meaning: 'relay and server use different protocols', isFinal: true },
  not_joined: { text: 'Not joined', meaning: 'this connection has not joined that session' },
  rate_limited: { text: 'Too many requests', meaning: 'too many calls; `retryAfterMs` says how long to wait' },
  internal: { text: 'Internal error', meaning: 'the call failed on the server; the log of the server says why' },
} as const satisfies Readonly<Record<string, RefusalText>>;
export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a call that was refused with this code would be refused again until a person changes something. */
export function isFinalRefusal(code: string | undefined): boolean {
  if (code === undefined || !Object.hasOwn(ERROR_CODES, code)) return false;
  return (ERROR_CODES as Readonly<Record<string, RefusalText>>)[code]?.isFinal === true;
}

/** A call that was not done, and why. */
export interface Refusal {
  readonly ok: false;
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly capability?: Capability;
    /** How long to wait before the next try, in ms: where the code is `rate_limited`. */
    readonly retryAfterMs?: number;
  };
}
/** An acknowledgement: what was asked for, or why not. */
export type Ack<T> = ({ readonly ok: true } & T) | Refusal;
