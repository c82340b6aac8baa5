import type { RaceEventName } from '@okboxbox/protocol';
import type { TimingState } from './state.js';

/** Adds a race event at the state's instant. */
export function tell(
  state: TimingState,
  name: RaceEventName,
  more: { car?: number; otherCar?: number; sessionTime?: number; detail?: Record<string, unknown> } = {},
): void {
  const { sessionTime = state.sessionTime ?? 0, ...rest } = more;
  state.events.push({
    id: state.events.length + 1,
    at: state.capturedAt ?? 0,
    sessionTime,
    name,
    lap: state.leaderLap,
    ...rest,
  });
}

/** Puts events from an index on in the order of their times: what one frame tells happened at different times within it. */
export function putInOrder(state: TimingState, from: number): void {
  const events = state.events.splice(from).sort((a, b) => a.sessionTime - b.sessionTime);
  for (const event of events) state.events.push({ ...event, id: state.events.length + 1 });
}
