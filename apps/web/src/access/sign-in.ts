import { call } from '../calls.js';
import { setToken } from './token-store.js';

/** Exchanges a one-time code for a token and signs in with it. */
export async function redeemCode(code: string): Promise<void> {
  const answer = await call<{ token: string }>('/api/sign-in', { method: 'POST', body: { code } });
  setToken(answer.token);
}

/**
 * Signs in with the code of a sign-in link, where the address carries one in its fragment, and takes it out of the
 * address. Returns what went wrong, or `null`.
 */
export async function signInFromAddress(): Promise<string | null> {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code === null) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  try {
    await redeemCode(code);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Signs in with what a person typed: a token (three parts with dots) or a one-time code. */
export async function signInWith(typed: string): Promise<void> {
  const text = typed.trim();
  const code = /#code=([\w-]+)/.exec(text)?.[1] ?? text;
  if (text.split('.').length === 3 && !text.startsWith('http')) setToken(text);
  else await redeemCode(code);
}
