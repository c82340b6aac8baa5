import type { Problem } from '@okboxbox/protocol';
import { currentToken } from './token-store.js';

/** An HTTP call that was refused or failed; `problem` says why where the server answered. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly problem: Problem | null;

  constructor(problem: Problem | null, message: string) {
    super(message);
    this.problem = problem;
  }
}

interface CallOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Calls the server as the person signed in, and gives the answer's JSON.
 * @throws CallFailed
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  return (await (await answered(path, options)).json()) as T;
}

/** An answer with the clock of the server that gave it. */
export interface DatedAnswer<T> {
  readonly answer: T;
  /** How far the server's clock is ahead of this page's, in ms, to about a second; 0 where the answer has no date. */
  readonly serverAheadMs: number;
}

/**
 * The same, with the clock of the server.
 * @throws CallFailed
 */
export async function datedCall<T>(path: string): Promise<DatedAnswer<T>> {
  const response = await answered(path, {});
  const date = Date.parse(response.headers.get('date') ?? '');
  // A date is cut to the second.
  const serverAheadMs = Number.isNaN(date) ? 0 : date + 500 - Date.now();
  return { answer: (await response.json()) as T, serverAheadMs };
}

/**
 * The same of an answer that is no JSON: gives its text.
 * @throws CallFailed
 */
export async function callText(path: string, options: CallOptions = {}): Promise<string> {
  return (await answered(path, options)).text();
}

async function answered(path: string, options: CallOptions): Promise<Response> {
  const token = currentToken();
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
  } catch {
    throw new CallFailed(null, 'The server does not answer.');
  }
  if (response.ok) return response;
  const problem = response.headers.get('content-type')?.includes('json') ? ((await response.json()) as Problem) : null;
  throw new CallFailed(problem, problem?.detail ?? `The server answered ${response.status}.`);
}
