import { type FeedEvent, MAX_FEED_EVENTS } from '@okboxbox/protocol';
import type { DemoLap } from './laps.js';
import { orderAt } from './standings.js';
import { type DemoCar, type DemoStory, FORMATION_S, SEATED_BEFORE_S, STOPPED_S, YELLOW_S } from './story.js';

/** Changes of the order are looked for this often, in s. */
const ORDER_STEP_S = 4;

type Told = Pick<FeedEvent, 'name' | 'car'> & Partial<FeedEvent> & { readonly at: number };

/** All events of a race in order, as a feed has them; `laps` are all of the race. */
export function eventsOf(story: DemoStory, laps: readonly DemoLap[]): readonly FeedEvent[] {
  const told = [...phases(story), ...story.cars.flatMap(ofCar), ...bests(laps), ...overtakes(story)].sort(
    (a, b) => a.at - b.at || (a.car ?? 0) - (b.car ?? 0),
  );
  return told.map(({ at, ...event }, i) => ({
    id: i + 1,
    sessionTimeMs: sessionTimeMs(at),
    lap: 1 + laps.filter((lap) => lap.at <= at && lap.of === laps[0]?.of).length,
    otherCar: null,
    ms: null,
    count: null,
    to: null,
    ...event,
  }));
}

/** The newest of the events at an instant, oldest first. */
export function newestAt(events: readonly FeedEvent[], at: number): readonly FeedEvent[] {
  const told = events.filter((event) => event.sessionTimeMs <= sessionTimeMs(at));
  return told.slice(-MAX_FEED_EVENTS);
}

/** The sim's session clock at an instant of the race, in ms: it begins with the grid. */
export function sessionTimeMs(at: number): number {
  return Math.round((at + FORMATION_S * 2) * 1000);
}

/** When the yellow flag is out. */
export function isYellowAt({ cars }: DemoStory, at: number): boolean {
  return cars.some(({ stoppedAt }) => stoppedAt !== null && stoppedAt <= at && at < stoppedAt + YELLOW_S);
}

function phases({ cars, flagAt, endAt }: DemoStory): readonly Told[] {
  const stops = cars.flatMap(({ stoppedAt }) => stoppedAt ?? []);
  const flag = (at: number, to: string) => ({ name: 'flag.changed', car: null, at, to }) as const;
  const phase = (at: number, to: string) => ({ name: 'phase.changed', car: null, at, to }) as const;
  return [
    phase(-FORMATION_S, 'formation'),
    phase(0, 'racing'),
    flag(0, 'green'),
    ...stops.flatMap((at) => [flag(at, 'yellow'), flag(at + YELLOW_S, 'green')]),
    phase(flagAt, 'checkered'),
    flag(flagAt, 'checkered'),
    phase(endAt, 'cooldown'),
  ];
}

function ofCar({ entry: { car, crew }, stops, stoppedAt, finish }: DemoCar): readonly Told[] {
  const visits = stops.flatMap(({ enterAt, boxAt, boxLeftAt, leftAt, driver }, stop): readonly Told[] => [
    { name: 'pit.entered', car, at: enterAt, count: stop + 1 },
    { name: 'box.stopped', car, at: boxAt, count: stop + 1 },
    ...(crew.length > 1
      ? [{ name: 'driver.changed' as const, car, at: boxLeftAt - SEATED_BEFORE_S, to: crew[driver] ?? null }]
      : []),
    { name: 'box.left', car, at: boxLeftAt, ms: Math.round((boxLeftAt - boxAt) * 1000) },
    { name: 'pit.left', car, at: leftAt, ms: Math.round((leftAt - enterAt) * 1000) },
  ]);
  return [
    ...visits.filter(({ at }) => at <= (finish?.at ?? at)),
    ...(stoppedAt === null
      ? []
      : ([
          { name: 'stopped', car, at: stoppedAt },
          { name: 'retired', car, at: stoppedAt + STOPPED_S },
        ] as const)),
    ...(finish === null ? [] : [{ name: 'finished' as const, car, at: finish.at, count: finish.laps }]),
  ];
}

function bests(laps: readonly DemoLap[]): readonly Told[] {
  return laps
    .filter(({ mark, lap }) => lap > 1 && (mark === 'session' || mark === 'class'))
    .map(({ of, at, ms, mark }) => ({ name: `best.${mark}` as 'best.session', car: of.entry.car, at, ms }));
}

function overtakes(story: DemoStory): readonly Told[] {
  const found: Told[] = [];
  let before = orderAt(story, 0).map(({ of }) => of);
  for (let at = ORDER_STEP_S; at <= story.flagAt; at += ORDER_STEP_S) {
    const order = orderAt(story, at).map(({ of }) => of);
    order.forEach((of, place) => {
      const passed = before[place];
      const isOvertake = passed !== undefined && passed !== of && before.indexOf(of) === place + 1;
      if (!isOvertake || !isRacing(passed, at) || passed.entry.class !== of.entry.class) return;
      const pair = { car: of.entry.car, otherCar: passed.entry.car, at };
      found.push({ name: 'overtake', ...pair, count: place + 1 });
      if (place === 0) found.push({ name: 'lead.changed', ...pair, at: at + 0.001 });
    });
    before = order;
  }
  return found;
}

function isRacing({ stoppedAt, stops }: DemoCar, at: number): boolean {
  return !(stoppedAt !== null && at >= stoppedAt) && !stops.some(({ enterAt, leftAt }) => enterAt <= at && at < leftAt);
}
