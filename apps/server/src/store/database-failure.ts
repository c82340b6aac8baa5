import type { DatabaseFailureKind } from '@okboxbox/protocol';
import { PoolUsedUp } from './pool-used-up.js';

/** What has failed, by the error that a statement or a connection ended with. */
export interface DatabaseFailure {
  readonly kind: DatabaseFailureKind;
  /** The SQLSTATE, or the code of the network's error; `null` where there is none. */
  readonly code: string | null;
  /** The error's own words, without values of rows. */
  readonly message: string;
}

/** Given up by this side: pg gives these errors no code. */
const QUERY_TIMEOUT = 'Query read timeout';
const CONNECT_TIMEOUT = /^timeout e|due to connection timeout$/;
/** Of the client's own side of a sign-in: no password where one is asked for, no TLS, a certificate that is not trusted. */
const SIGN_IN = /^SASL|\bSSL\b|\bTLS\b|certificate|password/i;

const NETWORK: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ETIMEDOUT', 'EHOSTDOWN', 'ENETDOWN', 'EACCES'],
]);
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** By SQLSTATE, whole or its class; the first that fits. Everything else is an error of the statement. */
const BY_SQLSTATE: readonly (readonly [start: string, kind: DatabaseFailureKind])[] = [
  ['53300', 'too_many_connections'],
  ['53100', 'disk_full'],
  ['55P03', 'locked'],
  ['57P', 'restarting'],
  ['28', 'sign_in_refused'],
  ['3D000', 'sign_in_refused'],
  // Of ALTER DATABASE … ALLOW_CONNECTIONS false.
  ['55000', 'sign_in_refused'],
  ['08', 'unreachable'],
];
/** Classes whose messages quote names of tables and constraints; others quote values. */
const QUOTES_NAMES = /^(?:23|28|3D|42|53|55|57)/;

/** Sorts an error of the database by who is to do what about it. */
export function failureOf(error: unknown): DatabaseFailure {
  const { message = '', code } = error as { message?: string; code?: unknown };
  if (typeof code === 'string' && NETWORK.has(code)) return { kind: 'unreachable', code, message: message || code };
  if (typeof code === 'string' && SQLSTATE.test(code)) {
    const kind = BY_SQLSTATE.find(([start]) => code.startsWith(start))?.[1] ?? 'statement';
    return { kind, code, message: QUOTES_NAMES.test(code) ? message : message.replace(/"[^"]*"|'[^']*'/g, '"…"') };
  }
  if (message === QUERY_TIMEOUT) return { kind: 'not_answering', code: 'QUERY_TIMEOUT', message: 'no answer in time' };
  if (CONNECT_TIMEOUT.test(message)) return { kind: 'not_answering', code: 'CONNECT_TIMEOUT', message };
  const other = { code: typeof code === 'string' ? code : null, message: message || 'the connection broke' };
  if (SIGN_IN.test(message)) return { kind: 'sign_in_refused', ...other };
  // The database has not said this. What is wrong in this program is an error of the statement, and all else of the connection.
  return { kind: error instanceof TypeError || error instanceof RangeError ? 'statement' : 'unreachable', ...other };
}

/** Whether an error says that this side has waited long enough for a statement: the connection is no use any more. */
export function isGivenUp(error: unknown): boolean {
  return (error as { message?: unknown }).message === QUERY_TIMEOUT;
}

/** Whether it says that the database cannot be used at all; else the database is there, and something in it is wrong. */
export function isAway(error: unknown): boolean {
  if (error instanceof PoolUsedUp) return false;
  const { kind, code } = failureOf(error);
  if (kind === 'not_answering') return code === 'CONNECT_TIMEOUT';
  return kind === 'unreachable' || kind === 'sign_in_refused' || kind === 'restarting';
}
