import { type Lap, RACE_EVENT_NAMES } from './answers.js';
import type { FeedEvent, FeedTopics } from './state.js';
import { PROVENANCES } from './vocabulary.js';

/**
 * The logs of a session that grow with the race, and are only ever appended to (SPEC.md, FEED-11 to FEED-16). A state
 * carries how many rows of each there are, a message the rows that were added, and an HTTP call gives a late joiner those
 * from before, in chunks. A row is an array: the columns of its topic in order, then its repeated columns, if it has any.
 */

/** One value of a row: a whole number, a text, or `null` for unknown. */
export type TopicValue = number | string | null;
/** A row of a topic. */
export type TopicRow = readonly TopicValue[];

/** A completed lap, as it was completed: a lap that is struck off later is named by the event `lap.deleted`. */
export type LapRow = Omit<Lap, 'deleted'>;

/** One car in a sample of gaps. */
export interface CarGap {
  readonly car: number;
  /** To the leader: a time in ms or whole laps, as in `EntryFigures`; both `null` where it is not known. */
  readonly gapMs: number | null;
  readonly gapLaps: number | null;
}
/** The order of the race at one instant, and how far behind the leader each car is. */
export interface GapRow {
  /** Milliseconds on the sim's session clock. */
  readonly sessionTimeMs: number;
  /** Every car that has a position, the leader first. */
  readonly cars: readonly CarGap[];
}
/** Session time between two samples of the gaps, in ms. */
export const GAP_STEP_MS = 10_000;

/** A race event as the feed has it. */
export interface EventRow extends FeedEvent {
  /** Of `lap.deleted`: the number of the struck-off lap's row in the topic `laps`, from 0. */
  readonly lapRow: number | null;
}

/** What the rows of each topic say. Race events whose name is not public have a topic of their own. */
export interface TopicContents {
  readonly laps: LapRow;
  readonly gaps: GapRow;
  readonly events: EventRow;
  readonly privateEvents: EventRow;
}
export type TopicName = keyof TopicContents;

/** A column of a topic: a field under its own name, or some small ones together. */
interface TopicColumn<T> {
  readonly name: string;
  readonly pack: (of: T) => TopicValue;
  readonly unpack: (value: TopicValue) => Partial<T>;
  /** Only where it says so a column leaves for everyone. */
  readonly isPublic?: true;
}

/** Columns behind the others, once for each of a number of things: a lap's sectors, the cars of a sample. */
interface RepeatedColumns<T> {
  readonly columns: readonly { readonly name: string; readonly isPublic?: true }[];
  readonly pack: (of: T) => readonly TopicValue[];
  readonly unpack: (values: readonly TopicValue[]) => Partial<T>;
}

/** A topic: who may have it, how its rows are written, and how many of them are one chunk. */
interface Topic<T> {
  readonly isPublic?: true;
  /** Fixed for good: it is part of what a chunk's number means. */
  readonly chunkRows: number;
  readonly columns: readonly TopicColumn<T>[];
  readonly repeated?: RepeatedColumns<T>;
}

/** Marks a column as public. */
function shown<C extends { readonly name: string }>(column: C): C & { readonly isPublic: true } {
  return { ...column, isPublic: true };
}

function field<T>(name: keyof T & string): TopicColumn<T> {
  return {
    name,
    pack: (of) => of[name] as TopicValue,
    unpack: (value) => ({ [name]: value }) as Partial<T>,
  };
}

/** Bits of a lap's column `flags`, lowest first; its provenance is behind them. */
const LAP_FLAGS = ['inPit', 'inLap', 'outLap', 'valid'] as const;
const FROM_GREEN = 2 ** LAP_FLAGS.length;
const COUNTED_FROM_SEEN = FROM_GREEN * 2;
const PROVENANCE = COUNTED_FROM_SEEN * 2;

const lapFlags: TopicColumn<LapRow> = {
  name: 'flags',
  pack: (lap) =>
    LAP_FLAGS.reduce((bits, flag, i) => bits + (lap[flag] ? 2 ** i : 0), 0) +
    (lap.from === 'green' ? FROM_GREEN : 0) +
    (lap.countedFrom === 'seen' ? COUNTED_FROM_SEEN : 0) +
    PROVENANCES.indexOf(lap.provenance) * PROVENANCE,
  unpack: (value) => {
    const bits = Number(value ?? 0);
    const has = (bit: number) => Math.floor(bits / bit) % 2 === 1;
    return {
      ...(Object.fromEntries(LAP_FLAGS.map((flag, i) => [flag, has(2 ** i)])) as Partial<LapRow>),
      from: has(FROM_GREEN) ? 'green' : 'line',
      ...(has(COUNTED_FROM_SEEN) && { countedFrom: 'seen' as const }),
      provenance: PROVENANCES[Math.floor(bits / PROVENANCE)] ?? PROVENANCES[0],
    };
  },
};

const eventColumns: readonly TopicColumn<EventRow>[] = [
  shown(field('id')),
  shown({
    name: 'name',
    pack: ({ name }) => RACE_EVENT_NAMES.indexOf(name),
    unpack: (value) => ({ name: RACE_EVENT_NAMES[Number(value ?? 0)] ?? RACE_EVENT_NAMES[0] }),
  }),
  shown(field('sessionTimeMs')),
  shown(field('lap')),
  shown(field('car')),
  shown(field('otherCar')),
  shown(field('ms')),
  shown(field('count')),
  shown(field('to')),
  shown(field('lapRow')),
];

/** The topics. A topic or a column that is added stays inside until it is marked as public. */
export const TOPICS: { readonly [N in TopicName]: Topic<TopicContents[N]> } = {
  laps: {
    isPublic: true,
    chunkRows: 1_024,
    columns: [
      shown(field('car')),
      shown(field('carNumber')),
      shown(field('driver')),
      shown(field('lap')),
      shown(field('lapTimeMs')),
      shown(field('crossedAtMs')),
      shown(field('position')),
      shown(lapFlags),
    ],
    repeated: {
      columns: [shown({ name: 'sectorMs' })],
      // A sector that the car never began may be a hole in the list.
      pack: ({ sectorsMs }) => Array.from(sectorsMs, (ms) => ms ?? null),
      unpack: (values) => ({ sectorsMs: values as readonly (number | null)[] }),
    },
  },
  gaps: {
    isPublic: true,
    chunkRows: 128,
    columns: [shown(field('sessionTimeMs'))],
    repeated: {
      // A gap is a time in ms, or whole laps below 0.
      columns: [shown({ name: 'car' }), shown({ name: 'gap' })],
      pack: ({ cars }) =>
        cars.flatMap(({ car, gapMs, gapLaps }) => [car, gapMs ?? (gapLaps === null ? null : -gapLaps)]),
      unpack: (values) => ({ cars: gapsOf(values as readonly (number | null)[]) }),
    },
  },
  events: { isPublic: true, chunkRows: 1_024, columns: eventColumns },
  privateEvents: { chunkRows: 1_024, columns: eventColumns },
};
export const TOPIC_NAMES = Object.keys(TOPICS) as readonly TopicName[];

function gapsOf(values: readonly (number | null)[]): CarGap[] {
  const cars: CarGap[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const gap = values[i + 1] ?? null;
    const isLaps = gap !== null && gap < 0;
    cars.push({ car: values[i] ?? 0, gapMs: isLaps ? null : gap, gapLaps: isLaps ? -gap : null });
  }
  return cars;
}

/** The names of a topic's columns, and of those that are repeated behind them. */
export function topicColumns(topic: TopicName): { readonly columns: string[]; readonly repeated: string[] } {
  const { columns, repeated } = TOPICS[topic];
  const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name);
  return { columns: names(columns), repeated: names(repeated?.columns ?? []) };
}

/** Packs what happened to a row of a topic. */
export function packTopicRow<N extends TopicName>(topic: N, contents: TopicContents[N]): TopicRow {
  const { columns, repeated }: Topic<TopicContents[N]> = TOPICS[topic];
  const row = columns.map(({ pack }) => pack(contents));
  if (repeated) row.push(...repeated.pack(contents));
  return row;
}

/** Gives a row its names back. A row with more columns than are known here is one of a later version: they are left out. */
export function unpackTopicRow<N extends TopicName>(topic: N, row: TopicRow): TopicContents[N] {
  const { columns, repeated }: Topic<TopicContents[N]> = TOPICS[topic];
  const contents: Record<string, unknown> = {};
  columns.forEach(({ unpack }, i) => {
    Object.assign(contents, unpack(row[i] ?? null));
  });
  if (repeated) Object.assign(contents, repeated.unpack(row.slice(columns.length)));
  return contents as unknown as TopicContents[N];
}

/** Whether the columns of a topic may leave for everyone: first its own in order, then those that are repeated. */
export interface PublicColumns {
  readonly columns: readonly boolean[];
  readonly repeated: readonly boolean[];
}

/** Which columns of a topic are marked as public. */
export function publicColumns(topic: TopicName): PublicColumns {
  const { columns, repeated } = TOPICS[topic];
  const marks = (of: readonly { readonly isPublic?: true }[]) => of.map(({ isPublic }) => isPublic === true);
  return { columns: marks(columns), repeated: marks(repeated?.columns ?? []) };
}

/** The public form of a row: what is not marked is unknown. The same row where all of it is public. */
export function publicTopicRow(row: TopicRow, { columns, repeated }: PublicColumns): TopicRow {
  const isShown = (i: number) =>
    i < columns.length ? columns[i] === true : repeated[(i - columns.length) % Math.max(1, repeated.length)] === true;
  return row.every((_, i) => isShown(i)) ? row : row.map((value, i) => (isShown(i) ? value : null));
}

/** The topics of a state that has no logs. Beside no schema: an overlay must not load the schemas' library. */
export const NO_TOPICS: FeedTopics = { epoch: '' };
