import type { ReactNode } from 'react';
import { age } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import type { Missing } from '../polling.js';
import { type Read, usePause, useStaleness } from '../use-ops.js';

const BARS = ['a', 'b', 'c', 'd', 'e'];

/** A view whose first answer is on its way. */
export function Loading() {
  return (
    <div className="ops-loading" aria-busy="true">
      {BARS.map((key) => (
        <span key={key} className="skeleton" />
      ))}
    </div>
  );
}

/** There is nothing to list, and why that is so. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="ops-nothing">{children}</p>;
}

/** Why something is not shown. */
export function MissingWords({ missing, what }: { missing: Missing; what: string }) {
  switch (missing.kind) {
    case 'not_there':
      return <Nothing>This server does not have {what}.</Nothing>;
    case 'away':
      return <StateBadge state="bad">{`${missing.message} It is asked again.`}</StateBadge>;
    case 'no_right':
    case 'refused':
    case 'unknown':
      return <StateBadge state="warn">{missing.message}</StateBadge>;
  }
}

/**
 * What was answered, drawn; greyed with its age where it is old. Before the first answer it shows that it is on its
 * way, or why it is not to be had.
 */
export function Answered<T>({
  read,
  what,
  children,
}: {
  read: Read<T>;
  /** What is missing where it is, in words. */
  what: string;
  children: (data: T) => ReactNode;
}) {
  const staleMs = useStaleness(read);
  const { paused } = usePause();
  if (read.data === undefined)
    return read.missing === null ? <Loading /> : <MissingWords missing={read.missing} what={what} />;
  const isOld = staleMs !== null && !paused;
  return (
    <div className="ops-answered" data-old={isOld || undefined} data-other={read.isOther || undefined}>
      {isOld && (
        <p className="ops-age" role="status">
          Not fresh: {age(staleMs)} old. {read.missing?.kind === 'away' ? read.missing.message : ''}
        </p>
      )}
      {children(read.data)}
    </div>
  );
}
