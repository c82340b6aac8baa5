import './actions.css';
import { asTyped } from '@okboxbox/protocol';
import { offersActions } from '../../access/rights-shown.js';
import { useToken } from '../../access/use-token.js';
import { Button } from '../../kit/button.js';
import { useOpsSource } from '../ops-source.js';
import type { Action } from './action-dialog.js';
import { useAsking } from './asking.js';

/** Why nothing can be done here, or `null` where it can. */
export function useNoActions(): string | null {
  const source = useOpsSource();
  const token = useToken();
  if (source.act === null) return 'A support pack is read-only.';
  return offersActions(token)
    ? null
    : asTyped('This needs the capability ops:act. Create a token with: okboxbox token --role admin');
}

/** Says once beside buttons that cannot be pressed why that is so. */
export function ActionsNote() {
  const because = useNoActions();
  return because === null ? null : <p className="ops-actions-note">{because}</p>;
}

/** A button that does something to the running show: it asks the server first what it would do, and then a person. */
export function ActionButton(action: Action) {
  const because = useNoActions();
  const ask = useAsking();
  return (
    <Button disabled={because !== null} title={because ?? undefined} onClick={() => ask(action)}>
      {action.label}
    </Button>
  );
}
