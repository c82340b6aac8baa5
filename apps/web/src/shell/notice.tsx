import type { ReactNode } from 'react';
import { SignInPanel } from '../access/sign-in-panel.js';

/** Says in the middle of a page why there is nothing else on it, and the way out. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="notice">
      <h1>{title}</h1>
      {children}
    </section>
  );
}

/** A page that needs a right which the visitor does not have. */
export function NoRight({ message, capability }: { message: string; capability?: string | undefined }) {
  return (
    <Notice title="You cannot see this yet">
      <p>{message}</p>
      {capability !== undefined && (
        <p>
          Missing capability: <code>{capability}</code>. Sign in with a token that has it; on the server{' '}
          <code>okboxbox token --role team</code> makes one.
        </p>
      )}
      <SignInPanel />
    </Notice>
  );
}
