import { createContext, type ReactNode, useContext, useState } from 'react';
import { type Action, ActionDialog } from './action-dialog.js';

const AskContext = createContext<(action: Action) => void>(() => undefined);

/** Asks about an action before it is done. */
export function useAsking(): (action: Action) => void {
  return useContext(AskContext);
}

/**
 * Where actions are confirmed. It is above the views: what an action has done is read also where its button is gone by then,
 * as that of a socket is which was disconnected.
 */
export function Asking({ children }: { children: ReactNode }) {
  const [action, ask] = useState<Action | null>(null);
  return (
    <AskContext value={ask}>
      {children}
      {action !== null && <ActionDialog action={action} onClose={() => ask(null)} />}
    </AskContext>
  );
}
