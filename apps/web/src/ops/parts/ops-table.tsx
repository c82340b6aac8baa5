import type { ReactNode } from 'react';

/** The name of a column; one of figures stands at its right. */
export type Head = string | { readonly number: string };

/** A table in a frame of its own, which scrolls sideways where it is too wide. Its rows are its children. */
export function OpsTable({
  heads,
  className = '',
  children,
}: {
  heads: readonly Head[];
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className={`ops-scroll ${className}`}>
      <table className="ops-table">
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
