import type { PackRequest, PackSection, Problem } from '@okboxbox/protocol';
import { CallFailed } from '../../access/call.js';
import { currentToken } from '../../access/token-store.js';

/** How far a pack has come: it is made first, then sent. */
export type PackProgress =
  | { readonly step: 'making' }
  | { readonly step: 'receiving'; readonly bytes: number; readonly ofBytes: number | null };

/** A pack as it came: the very bytes that are saved, and its text. */
export interface MadePack {
  readonly bytes: Blob;
  readonly text: string;
  readonly name: string;
}

/**
 * Has the server make a pack, and tells how far it is.
 * @throws CallFailed where it is refused; an AbortError where `signal` has ended it
 */
export async function makePack(
  request: PackRequest,
  onProgress: (progress: PackProgress) => void,
  signal: AbortSignal,
): Promise<MadePack> {
  const token = currentToken();
  onProgress({ step: 'making' });
  const response = await fetch('/api/ops/support-pack', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(request),
    signal,
  }).catch((error: Error) => {
    throw error.name === 'AbortError' ? error : new CallFailed(null, 'The server does not answer.');
  });
  if (!response.ok || response.body === null) throw await refusalOf(response);
  const length = Number(response.headers.get('content-length'));
  const ofBytes = Number.isFinite(length) && length > 0 ? length : null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
    onProgress({ step: 'receiving', bytes, ofBytes });
  }
  const whole = new Blob(chunks, { type: 'application/json' });
  return { bytes: whole, text: await whole.text(), name: nameOf(response.headers.get('content-disposition')) };
}

async function refusalOf(response: Response): Promise<CallFailed> {
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const problem = isJson ? ((await response.json()) as Problem) : null;
  return new CallFailed(problem, problem?.detail ?? `The server answered ${response.status}.`);
}

/** The name that the server gives its file, or one with the time. */
function nameOf(disposition: string | null): string {
  const given = /filename="?([\w.-]+)"?/.exec(disposition ?? '')?.[1];
  return given ?? `okboxbox-support-pack-${new Date().toISOString().replace(/[:.]/g, '-')}.json`;
}

/** What the form holds. */
export interface PackDraft {
  readonly sessionId: string;
  readonly traceId: string;
  readonly includeConfig: boolean;
  readonly without: readonly PackSection[];
  readonly sampleSec: number;
  /** Keys of the free texts that go in. */
  readonly freeTexts: readonly string[];
}

/** The request that a form makes: what is not chosen is not asked for. */
export function packRequestOf({
  sessionId,
  traceId,
  includeConfig,
  without,
  sampleSec,
  freeTexts,
}: PackDraft): PackRequest {
  return {
    ...(sessionId !== '' && { sessionId }),
    ...(traceId !== '' && { traceId }),
    ...(includeConfig && { includeConfig }),
    ...(without.length > 0 && { without }),
    ...(sampleSec > 0 && { sampleSec }),
    ...(freeTexts.length > 0 && { includeFreeText: freeTexts }),
  };
}
