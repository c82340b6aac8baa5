import { type ReactNode, useId } from 'react';
import type { Figure } from '../figures.js';

/** A part of a view: its name, and what stands beside it. */
export function OpsPanel({
  title,
  aside,
  className = '',
  children,
}: {
  title: string;
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`ops-panel ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <span className="aside">{aside}</span>}
      </header>
      {children}
    </section>
  );
}

/** A figure with its unit, small. */
export function FigureText({ figure }: { figure: Figure }) {
  return (
    <span className="ops-figure">
      {figure.number}
      {figure.unit !== '' && <small> {figure.unit}</small>}
    </span>
  );
}

/** Names and what they are, one under the other. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="ops-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
