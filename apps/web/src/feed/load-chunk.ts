import type { TopicRow } from '@okboxbox/protocol';
import { ChunkFailed, type LoadChunk } from './topic-store.js';

/** As whom chunks are asked for. */
export interface ChunkCaller {
  readonly audience: 'live' | 'broadcast';
  readonly token: string | null;
  /** The code of a share link, for a caller without a token. */
  readonly link?: string | null;
}

/** How long to wait after a refusal that does not say, in ms. */
const WAIT_MS = 5_000;

/** Loads chunks over HTTP from `server`, the page's own unless given; who calls is asked anew for each. */
export function chunkLoader(caller: () => ChunkCaller, server = '/'): LoadChunk {
  return async ({ sessionId, topic, epoch, chunk }) => {
    const { audience, token, link } = caller();
    const side = audience === 'live' ? 'sessions' : 'public/sessions';
    const query = audience === 'broadcast' && token === null && link ? `?${new URLSearchParams({ link })}` : '';
    const path = ['topics', topic, epoch, String(chunk)].map(encodeURIComponent).join('/');
    const url = `${server.replace(/\/$/, '')}/api/${side}/${encodeURIComponent(sessionId)}/${path}${query}`;
    let response: Response;
    try {
      response = await fetch(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
    } catch {
      throw new ChunkFailed('The server does not answer.', WAIT_MS);
    }
    if (response.ok) return ((await response.json()) as { readonly rows: readonly TopicRow[] }).rows;
    const isPassing = response.status === 429 || response.status >= 500;
    const saidS = Number(response.headers.get('retry-after') ?? Number.NaN);
    const waitMs = Number.isFinite(saidS) ? saidS * 1000 : WAIT_MS;
    throw new ChunkFailed(`The server answered ${response.status}.`, isPassing ? waitMs : null);
  };
}
