import '../detail.css';
import type { OpsEvent } from '@okboxbox/protocol';
import type { ReactNode } from 'react';
import { Button } from '../../kit/button.js';
import { Facts } from '../../kit/facts.js';
import { momentOf, whole } from '../../kit/figures.js';
import { StateBadge } from '../../kit/state-badge.js';
import { OpsLink } from '../ops-search.js';
import { useOpsSource } from '../ops-source.js';
import { fieldsOf, toneOfEvent } from './event-labels.js';

/** One event with all that it says, and what it leads to. */
export function EventDetail({ event, onClose }: { event: OpsEvent; onClose: () => void }) {
  // Nothing is traced in a pack.
  const { act } = useOpsSource();
  const { at, lastAt, count = 1, type, sessionId } = event;
  const tone = toneOfEvent(event);
  const isGone = event.event === 'disconnect';
  const facts: (readonly [string, ReactNode])[] = [
    ['At', momentOf(at)],
    ...(count > 1 && lastAt !== undefined
      ? ([['Repeated', `${whole(count)} times, last at ${momentOf(lastAt)}`]] as const)
      : []),
    ['Type', type],
    ['Number', whole(event.id)],
    ...(sessionId === undefined
      ? []
      : ([
          [
            'Session',
            <OpsLink key="session" view="sessions" search={{ sessionId }}>
              {sessionId}
            </OpsLink>,
          ],
        ] as const)),
    ...fieldsOf(event).map(([name, value]) => [name, valueShown(name, value, isGone)] as const),
  ];
  return (
    <section className="ops-detail" aria-label="Event">
      <header>
        <h2>{event.event}</h2>
        <Button onClick={onClose}>Close</Button>
      </header>
      {tone !== undefined && (
        <StateBadge state={tone}>{tone === 'bad' ? 'something went wrong' : 'may need attention'}</StateBadge>
      )}
      <Facts facts={facts} />
      {sessionId !== undefined && (
        <div className="ops-bar">
          <OpsLink view="events" search={{ sessionId }} className="button">
            All events of this session
          </OpsLink>
          {act !== null && (
            <OpsLink view="trace" search={{ sessionId }} className="button">
              Trace this session
            </OpsLink>
          )}
        </div>
      )}
    </section>
  );
}

function valueShown(name: string, value: string, isGone: boolean): ReactNode {
  if (name !== 'socketId') return value;
  return (
    <OpsLink view="sockets" search={{ socketId: value, ...(isGone && { state: 'closed' }) }}>
      {value}
    </OpsLink>
  );
}
