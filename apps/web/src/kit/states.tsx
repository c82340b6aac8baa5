import './states.css';
import type { ReactNode } from 'react';
import { Skeleton } from './skeleton.js';

const BARS = ['a', 'b', 'c', 'd', 'e'];

/** A part of a page whose first answer is on its way. */
export function Loading() {
  return (
    <div className="loading-bars" aria-busy="true">
      {BARS.map((key) => (
        <Skeleton key={key} />
      ))}
    </div>
  );
}

/** There is nothing to list, and why that is so. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="nothing">{children}</p>;
}
