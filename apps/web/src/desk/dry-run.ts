import { type DryRun, type DryRunLine, MOMENT_KINDS, type Problem } from '@okboxbox/protocol';
import { CallFailed } from '../access/call.js';
import { currentToken } from '../access/token-store.js';
import { KIND_LABELS } from './kind-labels.js';

/**
 * Asks what a show would have aired by itself over a session; `onProgress` hears how far it has come, from 0 to 1.
 * @throws CallFailed; what `signal` is aborted with, where it is
 */
export async function askDryRun(
  show: string,
  sessionId: string,
  signal: AbortSignal,
  onProgress: (progress: number) => void,
): Promise<DryRun> {
  const token = currentToken();
  const response = await fetch(`/api/shows/${show}/auto/dry-run?session=${encodeURIComponent(sessionId)}`, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new CallFailed(null, 'The server does not answer.');
  });
  if (!response.ok || response.body === null) {
    const isProblem = response.headers.get('content-type')?.includes('json') === true;
    const problem = isProblem ? ((await response.json()) as Problem) : null;
    throw new CallFailed(problem, problem?.detail ?? `The server answered ${response.status}.`);
  }
  for await (const line of linesOf(response.body)) {
    const said = JSON.parse(line) as DryRunLine;
    if ('dryRun' in said) return said.dryRun;
    if ('failed' in said) throw new CallFailed(null, said.failed);
    onProgress(said.progress);
  }
  throw new CallFailed(null, 'The connection ended before the dry run did. Start it again.');
}

/** The lines of a text as they come. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + value).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Why nothing would have aired over a session, to be read behind "because". */
export function whyNothing({ fromMs, found }: DryRun): string {
  if (fromMs === null) return 'the session has no data yet';
  const had = MOMENT_KINDS.filter((kind) => found[kind] !== undefined);
  if (had.length === 0) return 'the session had no start, finish, incident, fastest lap or battle that was measured';
  const kinds = had.map((kind) => `${KIND_LABELS[kind].short.toLowerCase()} (${found[kind]})`).join(', ');
  return `the kinds of all moments that it had are off: ${kinds}`;
}
