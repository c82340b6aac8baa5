import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { onPanelsChange, panelsShown, SignInPanel } from './sign-in-panel.js';

/** Opens the field for a token or a link from any page; not there where the page shows that field itself. */
export function SignInButton() {
  const [isOpen, setOpen] = useState(false);
  const titleId = useId();
  const button = useRef<HTMLButtonElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const isOnPage = useSyncExternalStore(onPanelsChange, panelsShown) > 0;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  const close = () => {
    // The button is drawn anew: it takes the focus back from the dialog.
    flushSync(() => setOpen(false));
    button.current?.focus();
  };
  if (!isOpen) {
    return isOnPage ? null : (
      <Button ref={button} onClick={() => setOpen(true)}>
        Sign in
      </Button>
    );
  }
  return (
    <Dialog className="sign-in-dialog" ref={dialog} aria-labelledby={titleId} onClose={close}>
      <h2 id={titleId}>Sign in</h2>
      <SignInPanel />
      <form method="dialog">
        <Button type="submit">Cancel</Button>
      </form>
    </Dialog>
  );
}
