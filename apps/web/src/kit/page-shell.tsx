import './page-shell.css';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { setToken } from '../access/token-store.js';
import { useToken } from '../access/use-token.js';
import { Button } from './button.js';
import { type KeyHelp, KeysDialog } from './keys-dialog.js';
import { Mark } from './mark.js';
import { SignInButton } from './sign-in-button.js';
import { useKeys } from './use-keys.js';

/** The frame of every page: brand, what the page puts beside it, signing in and out where there is a server, and its keys. */
export function PageShell({
  head,
  keys,
  isAlone = false,
  children,
}: {
  head?: ReactNode;
  /** The page is a file of its own: there is no other page, and nothing to sign in to. */
  isAlone?: boolean;
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
        {isAlone ? (
          <span className="brand">
            <Brand />
          </span>
        ) : (
          <Link to="/" className="brand" aria-label="Ok, Box Box: sessions">
            <Brand />
          </Link>
        )}
        <span className="grow">{head}</span>
        {!isAlone && (token === null ? <SignInButton /> : <Button onClick={() => setToken(null)}>Sign out</Button>)}
        <Button className="icon-button" aria-label="Keys of this page" onClick={() => dialog.current?.showModal()}>
          ?
        </Button>
      </header>
      <main className="page-body">{children}</main>
      <KeysDialog ref={dialog} keys={keys} />
    </div>
  );
}

function Brand() {
  return (
    <>
      <Mark />
      <span>Ok, Box Box</span>
    </>
  );
}
