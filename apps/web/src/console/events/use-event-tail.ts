import type { OpsEventsAnswer } from '@okboxbox/protocol';
import { useRef, useState } from 'react';
import { type EventsAsked, useOpsSource } from '../ops-source.js';
import { missingBecause, type Read, useOps } from '../use-ops.js';
import { type EventTail, withNewest, withOlder } from './event-tail.js';

/** Events of one answer. */
const LIMIT = 200;

/**
 * The newest events, as they come, and older ones as they are asked for. Mount anew for other filters.
 */
export function useEventTail(asked: EventsAsked): {
  readonly read: Read<EventTail>;
  /** Reads the next older page; `null` where there is none, or it is on its way. */
  readonly older: (() => void) | null;
  /** Why the older page did not come. */
  readonly problem: string | null;
} {
  const source = useOpsSource();
  const head = useOps('events', { ...asked, limit: LIMIT });
  const tail = useRef<EventTail | null>(null);
  const taken = useRef<OpsEventsAnswer | undefined>(undefined);
  const [reading, setReading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (head.data !== undefined && head.data !== taken.current && !head.isOther) {
    taken.current = head.data;
    tail.current = withNewest(tail.current, head.data);
  }
  const before = tail.current?.before ?? null;
  const older = () => {
    if (before === null) return;
    setReading(true);
    source.read('events', { ...asked, limit: LIMIT, before }).then(
      (answer) => {
        if (tail.current?.before === before) tail.current = withOlder(tail.current, answer);
        setProblem(null);
        setReading(false);
      },
      (error: Error) => {
        const missing = missingBecause(error);
        setProblem(missing.kind === 'not_there' ? 'There are no events here.' : missing.message);
        setReading(false);
      },
    );
  };
  return {
    read: { ...head, data: tail.current ?? undefined },
    older: before === null || reading ? null : older,
    problem,
  };
}
