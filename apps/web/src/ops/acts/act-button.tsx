import { offersActs } from '../../access/rights-shown.js';
import { useToken } from '../../access/use-token.js';
import { useOpsSource } from '../ops-source.js';
import type { Act } from './act-dialog.js';
import { useAsking } from './asking.js';

/** Why nothing can be done here, or `null` where it can. */
export function useNoActs(): string | null {
  const source = useOpsSource();
  const token = useToken();
  if (source.act === null) return 'A support pack can be read, not acted on.';
  return offersActs(token) ? null : 'Acting needs the capability ops:act: okboxbox token --role admin makes a token.';
}

/** Says once beside buttons that cannot be pressed why that is so. */
export function ActsNote() {
  const because = useNoActs();
  return because === null ? null : <p className="ops-acts-note">{because}</p>;
}

/** A button that does something to the running show: it asks the server first what it would do, and then a person. */
export function ActButton(act: Act) {
  const because = useNoActs();
  const ask = useAsking();
  return (
    <button
      type="button"
      className="button"
      disabled={because !== null}
      title={because ?? undefined}
      onClick={() => ask(act)}
    >
      {act.label}
    </button>
  );
}
