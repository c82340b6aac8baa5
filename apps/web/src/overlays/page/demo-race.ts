import {
  type EntryInfo,
  type FeedEvent,
  type FeedState,
  NO_TOPICS,
  packRow,
  type SessionPhase,
} from '@okboxbox/protocol';
import type { FeedStore } from '../../feed/feed-store.js';
import { cuesAt, type DemoFor } from './demo/cues.js';
import type { DemoChoice } from './demo/demo-choice.js';
import { type DemoLap, lapsOf } from './demo/laps.js';
import { eventsOf, isYellowAt, newestAt, sessionTimeMs } from './demo/race-events.js';
import { DEMO_SESSION } from './demo/roster.js';
import { figuresAt } from './demo/standings.js';
import { type DemoCar, type DemoStory, FORMATION_S, SEATED_BEFORE_S, storyOf } from './demo/story.js';

/** A demo race, to set an overlay up without a server: the same for the same choice at every time. */

const SECOND = 1_000;
/** A usual demo begins this long after green, in s: the cars have spread out, and the first stops are near. */
const UNDER_WAY_S = 600;

/** The state of a demo race `second` seconds after it was begun; what puts the overlay on air is cued. */
export function demoState(second: number, choice: DemoChoice, shownFor: DemoFor): FeedState {
  const { story, laps, events } = raceOf(choice);
  const at = raceTimeOf(second, choice, story);
  const completed = laps.filter((lap) => lap.at <= at);
  const figures = figuresAt(story, completed, at);
  const leader = [...figures.values()].find(({ position }) => position === 1);
  const phase = phaseAt(story, at);
  return {
    session: DEMO_SESSION,
    clock: {
      sessionTimeMs: sessionTimeMs(at),
      phase,
      flags: flagsAt(story, at, phase, leader?.lap ?? null),
      remainingMs: null,
      remainingLaps: leader?.lapsCompleted == null ? null : (DEMO_SESSION.limitLaps ?? 0) - leader.lapsCompleted,
      leaderLap: at < 0 ? 1 : (leader?.lap ?? null),
    },
    entries: story.cars.map((car) => entryAt(car, at)),
    rows: Object.fromEntries([...figures].map(([car, its]) => [car, packRow(its)])),
    events: newestAt(events, at),
    topics: NO_TOPICS,
    onAir: cuesAt(second, [...figures.keys()], shownFor),
  };
}

function entryAt({ entry: { lapS: _, crew, ...info }, stops }: DemoCar, at: number): EntryInfo {
  const changes = stops.filter(({ boxLeftAt }) => boxLeftAt - SEATED_BEFORE_S <= at);
  return {
    ...info,
    driver: crew[changes.at(-1)?.driver ?? 0] ?? null,
    crew: crew.slice(0, changes.length + 1),
    officialStatus: null,
  };
}

/** Lets a demo race run in a store, or stand still at the second `at`; the function returned ends it. */
export function runDemo(store: FeedStore, choice: DemoChoice, at: number | null, shownFor: DemoFor): () => void {
  const show = (second: number) => {
    const now = Date.now();
    // What stands still has an instant of its own, too: graphics that turn by it are the same every time.
    const instant = at === null ? now : Math.round(second * SECOND);
    store.begin('demo', second, instant, demoState(second, choice, shownFor), now);
  };
  store.connect({ state: 'live' });
  let second = at ?? 0;
  show(second);
  if (at === null) {
    const timer = setInterval(() => show(++second), SECOND);
    return () => clearInterval(timer);
  }
  // A picture that a director has paused stays on air without news.
  store.setDelay({ sessionId: DEMO_SESSION.sessionId, state: 'paused', delayMs: 0 }, Date.now());
  return () => undefined;
}

interface DemoRace {
  readonly story: DemoStory;
  readonly laps: readonly DemoLap[];
  readonly events: readonly FeedEvent[];
}
const known = new Map<string, DemoRace>();

/** The whole race of a choice, made once. */
function raceOf({ seed, cars }: DemoChoice): DemoRace {
  const key = `${seed} ${cars}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const story = storyOf(seed, cars);
  const laps = lapsOf(story);
  const made = { story, laps, events: eventsOf(story, laps) };
  known.set(key, made);
  return made;
}

/** Where in the race a demo is, in s from green: it goes on from the grid when it has come to its end. */
function raceTimeOf(second: number, { phase }: DemoChoice, { flagAt, endAt }: DemoStory): number {
  const grid = { from: -2 * FORMATION_S, to: 0 };
  const start = { from: 0, to: 60 };
  const end = { from: flagAt - 20, to: endAt + 20 };
  const parts =
    phase === null
      ? [{ from: UNDER_WAY_S, to: end.to }, grid, { from: 0, to: UNDER_WAY_S }]
      : phase === 'grid'
        ? [grid, start, end]
        : phase === 'racing'
          ? [start, end, grid]
          : [end, grid, start];
  let left = second % parts.reduce((sum, { from, to }) => sum + to - from, 0);
  for (const { from, to } of parts) {
    if (left < to - from) return from + left;
    left -= to - from;
  }
  return end.to;
}

function phaseAt({ flagAt, endAt }: DemoStory, at: number): SessionPhase {
  if (at < -FORMATION_S) return 'grid';
  if (at < 0) return 'formation';
  return at < flagAt ? 'racing' : at < endAt ? 'checkered' : 'cooldown';
}

function flagsAt(story: DemoStory, at: number, phase: SessionPhase, leaderLap: number | null): readonly string[] {
  if (phase === 'checkered' || phase === 'cooldown') return ['checkered'];
  if (phase !== 'racing') return [];
  if (isYellowAt(story, at)) return ['yellow'];
  return leaderLap === DEMO_SESSION.limitLaps ? ['white', 'green'] : ['green'];
}
