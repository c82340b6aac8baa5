import { createContext, type ReactNode, useContext, useState } from 'react';
import { type Act, ActDialog } from './act-dialog.js';

const AskContext = createContext<(act: Act) => void>(() => undefined);

/** Asks about an act before it is done. */
export function useAsking(): (act: Act) => void {
  return useContext(AskContext);
}

/**
 * Where acts are asked about. It is above the views: what an act has done is read also where its button is gone by then,
 * as that of a socket is which was disconnected.
 */
export function Asking({ children }: { children: ReactNode }) {
  const [act, ask] = useState<Act | null>(null);
  return (
    <AskContext value={ask}>
      {children}
      {act !== null && <ActDialog act={act} onClose={() => ask(null)} />}
    </AskContext>
  );
}
