/** The token that this browser signed in with. Kept between visits; every page reads it here. */

const KEY = 'okboxbox.token';
const listeners = new Set<() => void>();
/** Holds the token where the browser keeps nothing for this site: a one-time link has been used up by then. */
let unkept: string | null = null;

export function currentToken(): string | null {
  try {
    return localStorage.getItem(KEY) ?? unkept;
  } catch {
    return unkept;
  }
}

/** Signs in with a token, or out with `null`; pages that listen start again with it. */
export function setToken(token: string | null): void {
  unkept = null;
  try {
    if (token === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, token);
  } catch {
    unkept = token;
  }
  for (const listener of listeners) listener();
}

/** Calls back when the token changes here or in another tab. */
export function onTokenChange(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    // Without a key, all of the site's data was cleared.
    if (event.key === KEY || event.key === null) listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}
