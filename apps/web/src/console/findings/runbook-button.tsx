import './runbook-button.css';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { anchorIn, sectionOf } from './runbook-section.js';

/** Shows the runbook's section of a finding: it is part of the page, and there when the server is not. */
export function RunbookButton({ address }: { address: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Runbook</Button>
      {isOpen && <RunbookDialog address={address} onClose={() => setOpen(false)} />}
    </>
  );
}

function RunbookDialog({ address, onClose }: { address: string; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    let isWanted = true;
    import('../../../../../docs/runbook.md?raw').then(
      ({ default: book }) => {
        const section = sectionOf(book, anchorIn(address) ?? '');
        if (isWanted) setText(section ?? `This section is not in the runbook of this page. See ${address}.`);
      },
      () => isWanted && setText(`The runbook cannot be loaded. See ${address} in the project.`),
    );
    return () => {
      isWanted = false;
    };
  }, [address]);
  return (
    <Dialog className="runbook" ref={dialog} aria-label="Runbook" onClose={onClose}>
      <pre>{text ?? 'Loading …'}</pre>
      <form method="dialog">
        <Button type="submit">Close</Button>
      </form>
    </Dialog>
  );
}
