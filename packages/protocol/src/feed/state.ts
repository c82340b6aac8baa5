import { z } from 'zod';
import { SESSION_PHASES, SESSION_TYPES } from '../wire/recording.js';
import { RACE_EVENT_NAMES } from './answers.js';
import { type EntryInfo, feedEntry } from './entries.js';
import { type OnAir, onAir } from './on-air.js';
import { published } from './public-fields.js';
import type { Row } from './rows.js';
import { TOPIC_NAMES, TOPICS, type TopicName } from './topics.js';

/**
 * All that a viewer holds, as schemas: the broadcast's allow-list is made from them, so every field here is either marked
 * `published` or stays with those who may see a session live (apps/server/src/owner/audience/SPEC.md, PUB).
 */

const text = z.string();
const number = z.number();

const feedClass = z.object({
  id: published(text),
  name: published(text),
  color: published(text.nullable()),
});

/** Facts about the session that change rarely or never. */
export const feedSession = z.object({
  sessionId: published(text),
  show: published(text),
  status: published(z.enum(['live', 'ended'])),
  sim: published(text),
  type: published(z.enum(SESSION_TYPES)),
  track: published(text),
  trackConfig: published(text.nullable()),
  /** Fractions of a lap where sectors begin; empty where the sim names none. */
  sectorStarts: published(z.array(number).readonly()),
  /**
   * The track's shape, where it has been learned from the cars: x and y of points at equal steps of the lap, the line first;
   * seen from above with y up, about a middle of 0, 0, the longer side 1000. Absent where it is not known.
   */
  shape: published(z.array(number).readonly().exactOptional()),
  limitLaps: published(number.nullable()),
  limitTimeS: published(number.nullable()),
  classes: published(z.array(feedClass.readonly()).readonly()),
  /** True where the source made positions between known crossings itself. */
  positionsDerived: published(z.boolean()),
  startedAt: published(number),
});
export type FeedSession = Readonly<z.infer<typeof feedSession>>;

/** What a race clock shows. */
export const feedClock = z.object({
  /** Milliseconds on the sim's session clock; `null` before the first frame. */
  sessionTimeMs: published(number.nullable()),
  phase: published(z.enum(SESSION_PHASES).nullable()),
  flags: published(z.array(text).readonly()),
  remainingMs: published(number.nullable()),
  remainingLaps: published(number.nullable()),
  /** Lap that the leader is on. */
  leaderLap: published(number.nullable()),
});
export type FeedClock = Readonly<z.infer<typeof feedClock>>;

/** A race event as feeds carry it: what a page or an overlay can show in a line. */
export const feedEvent = z.object({
  /** The event's number in its session. */
  id: published(number),
  name: published(z.enum(RACE_EVENT_NAMES)),
  /** Milliseconds on the sim's session clock. */
  sessionTimeMs: published(number),
  lap: published(number.nullable()),
  car: published(number.nullable()),
  otherCar: published(number.nullable()),
  /** The time that the event is about: a lap's, or a visit's to the pit lane; of a stop, how long the car has stood already. */
  ms: published(number.nullable()),
  /** A place, a number of laps, a number of stops. */
  count: published(number.nullable()),
  /** What it has come to: a phase, flags, a driver. */
  to: published(text.nullable()),
});
export type FeedEvent = Readonly<z.infer<typeof feedEvent>>;

/** Events of these names are public; a new name is not until it stands here. */
export const PUBLIC_EVENT_NAMES: ReadonlySet<FeedEvent['name']> = new Set([
  'phase.changed',
  'flag.changed',
  'lead.changed',
  'overtake',
  'pit.entered',
  'box.stopped',
  'box.left',
  'pit.left',
  'driver.changed',
  'best.session',
  'best.class',
  'best.personal',
  'off.track',
  'stopped',
  'gone',
  'returned',
  'towed',
  'retired',
  'finished',
  'penalty',
  'lap.deleted',
  'best.withdrawn',
]);

/** The topic that a race event is a row of: one whose name is not public is kept apart. */
export function topicOfEvent(name: FeedEvent['name']): 'events' | 'privateEvents' {
  return PUBLIC_EVENT_NAMES.has(name) ? 'events' : 'privateEvents';
}

/**
 * How far a session's logs have come (`topics.ts`): the number of rows of each. A topic that is not public is absent from
 * a public state.
 */
export interface FeedTopics extends Readonly<Partial<Record<TopicName, number>>> {
  /** Names the logs: rows of another epoch say nothing about these. Empty where there are none. */
  readonly epoch: string;
}
const topicCounts = TOPIC_NAMES.map((name) => [name, TOPICS[name].isPublic ? published(number) : number] as const);
export const feedTopics = z.object({
  epoch: published(text),
  ...Object.fromEntries(topicCounts),
}) as z.ZodType<FeedTopics>;

/** The parts of a state but its rows, whose columns say themselves whether they are public (`rows.ts`). */
export const feedParts = z.object({
  session: published(feedSession),
  clock: published(feedClock),
  entries: published(z.array(feedEntry).readonly()),
  /** The newest race events, oldest first. */
  events: published(z.array(feedEvent).readonly()),
  /** What the director has put on air. */
  onAir: published(onAir),
  /** The car that the sim's camera shows, by its index; absent or `null` where no relay with `broadcast:camera` says it. */
  camera: published(number.nullable().exactOptional()),
  topics: published(feedTopics),
});

/** Everything that an audience's viewer knows at one instant. */
export interface FeedState {
  readonly session: FeedSession;
  readonly clock: FeedClock;
  readonly entries: readonly EntryInfo[];
  /** A row a car, by the car's index; order on the page is the `position` in it. */
  readonly rows: Readonly<Record<number, Row>>;
  /** The newest race events, oldest first; at most `MAX_FEED_EVENTS`. */
  readonly events: readonly FeedEvent[];
  readonly onAir: OnAir;
  /** The car that the sim's camera shows; absent or `null` where no relay with the right says it. */
  readonly camera?: number | null;
  /** How far the logs have come. Their rows are no part of a state. */
  readonly topics: FeedTopics;
}

/** Race events that a state holds. */
export const MAX_FEED_EVENTS = 24;
