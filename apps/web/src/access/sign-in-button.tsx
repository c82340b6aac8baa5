import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { onPanelsChange, panelsShown, SignInPanel } from './sign-in-panel.js';

/** Opens the field for a token or a link from any page; not there where the page shows that field itself. */
export function SignInButton() {
  const [isOpen, setOpen] = useState(false);
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
      <button ref={button} type="button" className="button" onClick={() => setOpen(true)}>
        Sign in
      </button>
    );
  }
  return (
    <dialog className="keys sign-in-dialog" ref={dialog} aria-labelledby="sign-in-title" onClose={close}>
      <h2 id="sign-in-title">Sign in</h2>
      <SignInPanel />
      <form method="dialog">
        <button type="submit" className="button">
          Cancel
        </button>
      </form>
    </dialog>
  );
}
