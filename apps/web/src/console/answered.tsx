import './answered.css';
import type { ReactNode } from 'react';
import { age } from '../format.js';
import { StateBadge } from '../kit/state-badge.js';
import { Loading, Nothing } from '../kit/states.js';
import type { Missing } from './use-ops.js';
import { type Read, usePause, useStaleness } from './use-ops.js';

/** Why something is not shown. */
export function MissingLabel({ missing, what }: { missing: Missing; what: string }) {
  switch (missing.kind) {
    case 'not_there':
      return <Nothing>This server does not have {what}.</Nothing>;
    case 'away':
      return <StateBadge state="bad">{`${missing.message} Retrying.`}</StateBadge>;
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
    return read.missing === null ? <Loading /> : <MissingLabel missing={read.missing} what={what} />;
  const isOld = staleMs !== null && !paused;
  return (
    <div className="answered" data-old={isOld || undefined} data-other={read.isOther || undefined}>
      {isOld && (
        <p className="answered-age" role="status">
          Out of date: {age(staleMs)} old. {read.missing?.kind === 'away' ? read.missing.message : ''}
        </p>
      )}
      {children(read.data)}
    </div>
  );
}
