import {
  type EventRow,
  type FeedEvent,
  type FeedTopics,
  packTopicRow,
  type RaceEvent,
  type TopicName,
  type TopicRow,
  topicOfEvent,
} from '@okboxbox/protocol';
import type { TimingState } from '@okboxbox/timing';

/** What the logs are made of; each list is only ever appended to. */
interface Logged {
  readonly timing: Pick<TimingState, 'laps' | 'events'>;
  readonly gaps: readonly TopicRow[];
}

/**
 * A session's append-only logs as rows of topics, made of its state when somebody asks: nothing is kept twice, and the same
 * number always gives the same row. The rows of a state are those of its fold; a fold done again may have others.
 */
export class RaceLogs {
  readonly #of: Logged;
  /** Where the events of each topic stand among all events, as far as they were looked at. */
  readonly #places = { events: [] as number[], privateEvents: [] as number[] };
  #seen = 0;

  constructor(of: Logged) {
    this.#of = of;
  }

  /** The number of rows of each topic now. */
  counts(): Omit<Required<FeedTopics>, 'epoch'> {
    const { timing, gaps } = this.#of;
    for (; this.#seen < timing.events.length; this.#seen++) {
      this.#places[topicOfEvent((timing.events[this.#seen] as RaceEvent).name)].push(this.#seen);
    }
    const { events, privateEvents } = this.#places;
    return {
      laps: timing.laps.length,
      gaps: gaps.length,
      events: events.length,
      privateEvents: privateEvents.length,
    };
  }

  /** The rows of a topic from one number up to, and without, another; fewer where there are not as many. */
  rows(topic: TopicName, from: number, to: number): readonly TopicRow[] {
    const { timing, gaps } = this.#of;
    switch (topic) {
      case 'laps':
        // As it was completed: one that counts for a best lap was valid, whatever became of it.
        return timing.laps
          .slice(from, to)
          .map(({ deleted, ...lap }) => packTopicRow('laps', { ...lap, valid: lap.valid || deleted === true }));
      case 'gaps':
        return gaps.slice(from, to);
      case 'events':
      case 'privateEvents':
        this.counts();
        return this.#places[topic]
          .slice(from, to)
          .map((place) => packTopicRow(topic, eventRowOf(timing.events[place] as RaceEvent)));
      default:
        return topic satisfies never;
    }
  }
}

/** A race event as feeds carry it. */
export function feedEventOf({ id, name, sessionTime, lap, car, otherCar, detail = {} }: RaceEvent): FeedEvent {
  const figure = (...names: string[]) => {
    const found = names.map((key) => detail[key]).find((value) => typeof value === 'number');
    return typeof found === 'number' ? Math.round(found) : null;
  };
  const to = Array.isArray(detail.to) ? detail.to.join(', ') : detail.to;
  return {
    id,
    name,
    sessionTimeMs: Math.round(sessionTime * 1000),
    lap,
    car: car ?? null,
    otherCar: otherCar ?? null,
    ms: name === 'box.stopped' ? stoodMs(sessionTime, detail.since) : figure('lapTimeMs', 'laneMs', 'boxMs'),
    count: figure('position', 'laps', 'stop'),
    to: typeof to === 'string' ? to : null,
  };
}

/** A stop is told when the car has stood for a while: how long it had by then. */
function stoodMs(sessionTime: number, since: unknown): number | null {
  return typeof since === 'number' ? Math.max(0, Math.round((sessionTime - since) * 1000)) : null;
}

function eventRowOf(event: RaceEvent): EventRow {
  const nr = event.name === 'lap.deleted' ? event.detail?.nr : undefined;
  return { ...feedEventOf(event), lapRow: typeof nr === 'number' ? nr : null };
}
