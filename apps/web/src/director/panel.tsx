import type { ReactNode } from 'react';

/** A part of the desk: its name, what stands beside it, and what it is for. */
export function Panel({
  title,
  aside,
  children,
  id,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="desk-panel" id={id} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="aside">{aside}</span>
      </header>
      {children}
    </section>
  );
}

/** A key, drawn as what it is, on the button that it presses. */
export function KeyHint({ children }: { children: string }) {
  return <kbd>{children}</kbd>;
}
