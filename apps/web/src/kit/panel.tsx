import './panel.css';
import { type ReactNode, type Ref, useId } from 'react';

/** A part of a page: its name, what stands beside it, and what it is for. With `ref` it can be given the focus. */
export function Panel({
  title,
  aside,
  className,
  children,
  ref,
}: {
  title: string;
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
}) {
  const id = useId();
  return (
    <section
      ref={ref}
      tabIndex={ref === undefined ? undefined : -1}
      className={className === undefined ? 'panel' : `panel ${className}`}
      aria-labelledby={id}
    >
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <span className="aside">{aside}</span>}
      </header>
      {children}
    </section>
  );
}
