import { type LookChanged, themeOf } from '@okboxbox/protocol';
import type { FeedStore } from '../../feed/feed-store.js';
import type { LoadLogo } from '../../feed/load-logo.js';
import { type Overlay, USUAL_LOOK } from '../define-overlay.js';

/** A logo that could not be loaded is asked for again after this, in ms. */
const ASK_AGAIN_MS = 5_000;

/**
 * Puts a show's own look on an overlay, and each one that comes after it; the function returned ends that. Colours are there at
 * once, a logo when it is loaded.
 */
export function wearShowLook(
  store: Pick<FeedStore, 'look' | 'subscribe'>,
  overlay: Pick<Overlay, 'wear'>,
  loadLogo: LoadLogo,
): () => void {
  let worn: LookChanged | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  const addLogo = async (of: LookChanged) => {
    const { show, look } = of;
    if (look === null || look.logo === null) return;
    const logo = await loadLogo(show, look.logo).catch(() => null);
    if (worn !== of) return;
    if (logo === null) again = setTimeout(() => void addLogo(of), ASK_AGAIN_MS);
    else overlay.wear({ theme: themeOf(look), logo });
  };
  const wear = () => {
    if (store.look === worn || store.look === null) return;
    worn = store.look;
    clearTimeout(again);
    const { look } = worn;
    overlay.wear(look === null ? USUAL_LOOK : { theme: themeOf(look), logo: null });
    void addLogo(worn);
  };
  const unsubscribe = store.subscribe(wear);
  wear();
  return () => {
    worn = null;
    clearTimeout(again);
    unsubscribe();
  };
}
