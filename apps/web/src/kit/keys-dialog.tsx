import './keys-dialog.css';
import { type Ref, useId } from 'react';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { KeyHint } from './key-hint.js';

/** A key and what it does on this page. */
export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
}

/** Lists a page's keys; `?` opens it, Escape closes it. */
export function KeysDialog({ keys, ref }: { keys: readonly KeyHelp[]; ref: Ref<HTMLDialogElement> }) {
  const titleId = useId();
  return (
    <Dialog className="keys-dialog" ref={ref} aria-labelledby={titleId}>
      <h2 id={titleId}>Keys</h2>
      <dl>
        {keys.map((help) => (
          <div key={help.does} style={{ display: 'contents' }}>
            <dt>
              {help.keys.map((key) => (
                <KeyHint key={key}>{key}</KeyHint>
              ))}
            </dt>
            <dd>{help.does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <Button type="submit">Close</Button>
      </form>
    </Dialog>
  );
}
