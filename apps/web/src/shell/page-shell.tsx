import { Link } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { SignInButton } from '../access/sign-in-button.js';
import { setToken } from '../access/token-store.js';
import { useToken } from '../access/use-token.js';
import { type KeyHelp, KeysDialog } from './keys-dialog.js';
import { Mark } from './mark.js';
import { useKeys } from './use-keys.js';

/** The frame of every page: brand, what the page puts beside it, signing in and out, and its keys. */
export function PageShell({
  head,
  keys,
  children,
}: {
  head?: ReactNode;
  keys: readonly KeyHelp[];
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const token = useToken();
  useKeys((key) => {
    if (key !== '?') return false;
    dialog.current?.showModal();
    return true;
  });
  return (
    <div className="page">
      <header className="page-head">
        <Link to="/" className="brand" aria-label="Ok, Box Box: sessions">
          <Mark />
          <span>Ok, Box Box</span>
        </Link>
        <span className="grow">{head}</span>
        {token === null ? (
          <SignInButton />
        ) : (
          <button type="button" className="button" onClick={() => setToken(null)}>
            Sign out
          </button>
        )}
        <button
          type="button"
          className="button icon-button"
          aria-label="Keys of this page"
          onClick={() => dialog.current?.showModal()}
        >
          ?
        </button>
      </header>
      <main className="page-body">{children}</main>
      <KeysDialog ref={dialog} keys={keys} />
    </div>
  );
}
