/** What is known of a way in which a connection ends. */
interface CloseCode {
  /** For operators, to stand after the name of a connection. */
  readonly text: string;
  /** Where the server closes a viewer for this and says so first (`session:closed`). */
  readonly isSent?: true;
  /** Where the right has ended on which the connection rests: what its page says. It does not connect again. */
  readonly rightEnded?: string;
}

/** Every code that a closed connection can have; the one list for pages, console, command line and docs/codes.md. */
export const CLOSE_CODES = {
  client_left: { text: 'closed by the client' },
  client_gone: { text: 'connection dropped' },
  line_broken: { text: 'network error' },
  silent: { text: 'no answer to heartbeats' },
  slow_consumer: { text: 'read too slowly', isSent: true },
  too_large: { text: 'sent too much at once', isSent: true },
  token_revoked: {
    text: 'token revoked',
    isSent: true,
    rightEnded: 'The token was revoked. Ask for a new one.',
  },
  token_expired: {
    text: 'token expired',
    isSent: true,
    rightEnded: 'The token expired. Sign in again, or ask for a new one.',
  },
  link_revoked: {
    text: 'link revoked',
    isSent: true,
    rightEnded: 'This link was revoked. Ask for a new one.',
  },
  link_expired: {
    text: 'link expired',
    isSent: true,
    rightEnded: 'This link expired. Ask for a new one.',
  },
  by_operations: { text: 'closed by an operator', isSent: true },
  session_ended: { text: 'its session was ended' },
  gave_way: { text: 'replaced by a newer connection of the same relay' },
  bad_message: { text: 'sent a message that cannot be read' },
  closed_by_server: { text: 'closed by the server' },
  shutdown: { text: 'server stopped', isSent: true },
} as const satisfies Readonly<Record<string, CloseCode>>;

type Codes = typeof CLOSE_CODES;
export type CloseCodeName = keyof Codes;

/** Why the server closes a viewer's connection; sent as `session:closed` before the transport is cut. */
export type CloseReason = {
  [C in CloseCodeName]: Codes[C] extends { readonly isSent: true } ? C : never;
}[CloseCodeName];
/** Why a right has ended. */
export type RightEnd = {
  [C in CloseCodeName]: Codes[C] extends { readonly rightEnded: string } ? C : never;
}[CloseCodeName];

/** What someone is told whose right has ended, by the code. */
export const RIGHT_ENDED = Object.fromEntries(
  Object.entries<CloseCode>(CLOSE_CODES).flatMap(([code, { rightEnded }]) => (rightEnded ? [[code, rightEnded]] : [])),
) as Readonly<Record<RightEnd, string>>;

/** Whether a connection was closed because its right has ended. */
export function isRightEnd(code: string | null): code is RightEnd {
  return code !== null && Object.hasOwn(RIGHT_ENDED, code);
}

/** What operators read of a code; the code itself where a newer server has one that is not known here. */
export function closeText(code: string): string {
  return Object.hasOwn(CLOSE_CODES, code) ? CLOSE_CODES[code as CloseCodeName].text : code;
}
