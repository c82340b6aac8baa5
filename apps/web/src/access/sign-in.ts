import { call } from './call.js';
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
  const code = codeInAddress();
  if (code === null) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  try {
    await redeemCode(code);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Calls back with what came of it whenever a sign-in link is opened in a page that is open already: that loads nothing. */
export function onSignInLink(listener: (problem: string | null) => void): void {
  window.addEventListener('hashchange', () => {
    if (codeInAddress() !== null) void signInFromAddress().then(listener);
  });
}

function codeInAddress(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('code');
}

/** Signs in with what a person typed: a token (three parts with dots) or a one-time code. */
export async function signInWith(typed: string): Promise<void> {
  const text = typed.trim();
  const code = /#code=([\w-]+)/.exec(text)?.[1] ?? text;
  if (text.split('.').length === 3 && !text.startsWith('http')) setToken(text);
  else await redeemCode(code);
}
