import './banner.css';
import type { ReactNode } from 'react';

/** A line across the page that says what is out of the ordinary; an alert is read out at once. */
export function Banner({ role = 'status', children }: { role?: 'status' | 'alert'; children: ReactNode }) {
  return (
    <p className="banner" role={role}>
      {children}
    </p>
  );
}
