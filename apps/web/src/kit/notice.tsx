import './notice.css';
import { asTyped } from '@okboxbox/protocol';
import type { ReactNode } from 'react';
import { Button } from './button.js';
import { SignInPanel } from './sign-in-panel.js';

/** Says in the middle of a page why there is nothing else on it, and the way out. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="notice">
      <h1>{title}</h1>
      {children}
    </section>
  );
}

/** A page whose connection an operator has closed: it does not come back by itself, since that is what was wanted. */
export function ClosedByOperations() {
  return (
    <Notice title="An operator closed this connection">
      <p>Your permissions are unchanged. Reconnect for current data.</p>
      <Button kind="primary" onClick={() => location.reload()}>
        Connect again
      </Button>
    </Notice>
  );
}

/** The role to ask for, by what is missing. */
const ROLE_FOR: Readonly<Record<string, string>> = {
  'racebox:director:control': 'director',
  'broadcast:view': 'viewer',
  'ops:read': 'ops',
  'ops:act': 'admin',
};

/** The command that prints a token with a capability, for what a page is about. */
export function tokenCommand(capability: string, of: string | null): string {
  const limits = of === null ? '' : of.startsWith('sess_') ? ` --session ${of}` : ` --show ${of}`;
  return asTyped(`okboxbox token --role ${ROLE_FOR[capability] ?? 'team'}${limits}`);
}

/** A page that needs a right which the visitor does not have; `of` is the show or session that it is about. */
export function NoRight({
  message,
  capability,
  of = null,
}: {
  message: string;
  capability?: string | undefined;
  of?: string | null;
}) {
  return (
    <Notice title="You cannot see this yet">
      <p>{message}</p>
      {capability !== undefined && (
        <p>
          Missing capability: <code>{capability}</code>. Sign in with a token that has it; on the server{' '}
          <code>{tokenCommand(capability, of)}</code> prints one.
        </p>
      )}
      <SignInPanel />
    </Notice>
  );
}
