import type { Ref } from 'react';

/** A key and what it does on this page. */
export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
}

/** Lists a page's keys; `?` opens it, Escape closes it. */
export function KeysDialog({ keys, ref }: { keys: readonly KeyHelp[]; ref: Ref<HTMLDialogElement> }) {
  return (
    <dialog className="keys" ref={ref} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map((help) => (
          <div key={help.does} style={{ display: 'contents' }}>
            <dt>
              {help.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{help.does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" className="button">
          Close
        </button>
      </form>
    </dialog>
  );
}
