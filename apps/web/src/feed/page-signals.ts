/** What a connection needs to know of the page that it is for. */
export interface PageSignals {
  /** Whether the page is in the background, where the browser slows timers down. */
  isHidden(): boolean;
  /** Calls back where the browser says that the network is back, and where the page is hidden or seen again. */
  listen(onNetwork: () => void, onVisibility: () => void): () => void;
}

/** What this browser says; nothing where there is no page, as in scripts. */
export function browserSignals(): PageSignals {
  if (typeof document === 'undefined') return { isHidden: () => false, listen: () => () => undefined };
  return {
    isHidden: () => document.hidden,
    listen: (onNetwork, onVisibility) => {
      window.addEventListener('online', onNetwork);
      document.addEventListener('visibilitychange', onVisibility);
      return () => {
        window.removeEventListener('online', onNetwork);
        document.removeEventListener('visibilitychange', onVisibility);
      };
    },
  };
}
