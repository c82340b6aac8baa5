import { type ShowLook, themeOf } from '@okboxbox/protocol';
import { createContext, type ReactNode, useEffect, useMemo, useState } from 'react';
import { useToken } from '../access/use-token.js';
import { logoLoader } from '../feed/load-logo.js';
import { type Look, USUAL_LOOK } from '../overlays/cued-overlays.js';
import { useDesk, useDeskWorld } from './use-desk.js';

/** The look in which pictures on the desk are drawn. */
export const LookContext = createContext<Look>(USUAL_LOOK);

/** Draws all pictures in it in the look that the show has. */
export function InShowLook({ children }: { children: ReactNode }) {
  const { show } = useDeskWorld();
  const { look } = useDesk();
  return <LookContext value={useWornLook(show, look)}>{children}</LookContext>;
}

/** A show's look as overlays wear it: its colours at once, its logo when it is loaded. */
export function useWornLook(show: string, look: ShowLook | null): Look {
  const token = useToken();
  const loadLogo = useMemo(() => logoLoader({ token, link: null }), [token]);
  const [logo, setLogo] = useState<{ readonly hash: string; readonly address: string } | null>(null);
  const hash = look?.logo ?? null;
  useEffect(() => {
    if (hash === null) return;
    let isWanted = true;
    loadLogo(show, hash).then(
      (address) => isWanted && setLogo({ hash, address }),
      // The desk stays without the logo in small; on air each overlay loads it by itself.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [show, hash, loadLogo]);
  // The desk is told often, and each time in new objects: the look is another one only where it says something else.
  const text = JSON.stringify(look);
  return useMemo(
    () => ({
      theme: themeOf(JSON.parse(text) as ShowLook | null),
      logo: logo !== null && logo.hash === hash ? logo.address : null,
    }),
    [text, logo, hash],
  );
}
