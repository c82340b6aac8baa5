import './table.css';
import type { ReactNode } from 'react';

/** The name of a column; one of figures stands at its right. */
export type Head = string | { readonly number: string };

/** A table in a frame of its own, which scrolls sideways where it is too wide. Its rows are its children. */
export function Table({
  heads,
  className,
  children,
}: {
  heads: readonly Head[];
  className?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs a tab stop for the keyboard (WCAG 2.1.1), and the rule has no exception for it.
    <div className={className === undefined ? 'table-frame' : `table-frame ${className}`} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head) =>
              typeof head === 'string' ? (
                <th key={head} scope="col">
                  {head}
                </th>
              ) : (
                <th key={head.number} scope="col" className="number">
                  {head.number}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
