import { useSyncExternalStore } from 'react';
import { currentToken, onTokenChange } from './token-store.js';

/**
 * The token that this browser is signed in with, or `null`. What is drawn from it is drawn again at once when somebody signs
 * in or out, here or in another tab: components read it by this alone.
 */
export function useToken(): string | null {
  return useSyncExternalStore(onTokenChange, currentToken);
}
