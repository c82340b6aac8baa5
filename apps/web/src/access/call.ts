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

/**
 * Calls the server as the person signed in, and gives the answer's JSON.
 * @throws CallFailed
 */
export async function call<T>(
  path: string,
  options: { method?: 'GET' | 'POST'; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
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
  if (response.ok) return (await response.json()) as T;
  const problem = response.headers.get('content-type')?.includes('json') ? ((await response.json()) as Problem) : null;
  throw new CallFailed(problem, problem?.detail ?? `The server answered ${response.status}.`);
}
