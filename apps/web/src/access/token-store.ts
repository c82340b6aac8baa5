/** The token that this browser signed in with. Kept between visits; every page reads it here. */

const KEY = 'okboxbox.token';
const listeners = new Set<() => void>();

export function currentToken(): string | null {
  return localStorage.getItem(KEY);
}

/** Signs in with a token, or out with `null`; pages that listen start again with it. */
export function setToken(token: string | null): void {
  if (token === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, token);
  for (const listener of listeners) listener();
}

/** Calls back when the token changes here or in another tab. */
export function onTokenChange(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === KEY) listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}
