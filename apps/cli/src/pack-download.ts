import type { PackRequest, Problem } from '@okboxbox/protocol';
import { askForOps, OPS_TOKEN_HINT } from './ask-server.js';
import { CommandFailed } from './failures.js';

/** Where a pack comes from, as it was said on the command line. */
export interface PackFrom {
  readonly server: string;
  readonly token?: string | undefined;
  readonly data?: string | undefined;
  /** The command that asks, as the audit has it. */
  readonly as: string;
}

/** How long the token lasts that is made for the calls of one command, in seconds. */
const TOKEN_TTL_S = 300;

/** A token with `ops:read`: the one given, or one made by the server on this machine; `null` where there is none. */
export async function packToken({ server, token, data, as }: PackFrom): Promise<string | null> {
  return token ?? process.env.OKBOXBOX_TOKEN ?? (await askForOps(server, as, TOKEN_TTL_S, data));
}

/**
 * Makes a call of support packs; gives the answer's bytes as they come.
 * @throws CommandFailed that says what to do
 */
export async function callForPack(
  server: string,
  path: '' | '/free-text',
  token: string | null,
  request: PackRequest,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(`${server}/api/ops/support-pack${path}`, {
    method: 'POST',
    ...(signal !== undefined && { signal }),
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(request),
  }).catch(() => {
    throw new CommandFailed(
      signal?.aborted === true
        ? 'Stopped. Nothing was written.'
        : `The server ${server} does not answer. Check that it runs, or name another with --server.`,
    );
  });
  if (response.ok && response.body !== null) return response.body;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const isOff = response.status === 404 && request.sessionId === undefined && request.traceId === undefined;
  const isRight = response.status === 401 || response.status === 403;
  const hint = isOff
    ? ' Are operations enabled on that server (OPS_UI_ENABLED=1)?'
    : isRight
      ? ` ${OPS_TOKEN_HINT}`
      : '';
  throw new CommandFailed(`${problem?.detail ?? `The server answered ${response.status}.`}${hint}`);
}
