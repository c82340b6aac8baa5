/** For this long after its start a server may not know all of its shows yet, in ms. */
const KNOWS_ALL_AFTER_MS = 15_000;
const ANSWER_WITHIN_MS = 2_000;

function askHealth(server: string, withinMs: number, mode: RequestMode, link?: string | null): Promise<Response> {
  const query = link ? `?${new URLSearchParams({ link })}` : '';
  const url = `${server.replace(/\/$/, '')}/api/health${query}`;
  return fetch(url, { cache: 'no-store', mode, signal: AbortSignal.timeout(withinMs) });
}

/**
 * Whether a server has started only now, so that what it does not find may still be there. One that does not answer has not.
 * A page of another origin may read the answer only where it names a link.
 */
export async function hasJustStarted(server: string, link?: string | null): Promise<boolean> {
  try {
    const response = await askHealth(server, ANSWER_WITHIN_MS, 'cors', server === '/' ? null : link);
    const { uptimeMs } = (await response.json()) as { readonly uptimeMs: number };
    return uptimeMs < KNOWS_ALL_AFTER_MS;
  } catch {
    return false;
  }
}

/**
 * Whether a server answers at all; `silent`: nothing came within the time. It is asked over HTTP because browsers delay the
 * WebSockets of a page of which many have failed, by up to 5 s each.
 */
export async function knock(server: string, withinMs: number): Promise<'there' | 'away' | 'silent'> {
  try {
    // Another server than the page's own does not say what it answers, but that it does.
    const { ok, type } = await askHealth(server, withinMs, 'no-cors');
    return ok || type === 'opaque' ? 'there' : 'away';
  } catch (error) {
    // Older browsers call the end of the time an abort.
    const { name } = error as Error;
    return name === 'TimeoutError' || name === 'AbortError' ? 'silent' : 'away';
  }
}
