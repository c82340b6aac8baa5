import { useEffect, useRef, useState } from 'react';
import { anchorIn, sectionOf } from './runbook-section.js';

/** Shows the runbook's section of a finding: it is part of the page, and there when the server is not. */
export function RunbookButton({ address }: { address: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button small" onClick={() => setOpen(true)}>
        Runbook
      </button>
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
        if (isWanted) setText(section ?? `The runbook of this page has no such section. It stands at ${address}.`);
      },
      () => isWanted && setText(`The runbook cannot be loaded now. It stands at ${address} of the project.`),
    );
    return () => {
      isWanted = false;
    };
  }, [address]);
  return (
    <dialog className="keys runbook" ref={dialog} aria-label="Runbook" onClose={onClose}>
      <pre>{text ?? 'Loading …'}</pre>
      <form method="dialog">
        <button type="submit" className="button">
          Close
        </button>
      </form>
    </dialog>
  );
}
