/**
 * All that a message for everyone may hold: the allow-list of the test, written out by hand. It takes nothing from the
 * schemas and tables that the server uses, so that a field which they mark as public by mistake is found here. `true` is a
 * scalar, a list is of its one element, `*` is any name.
 */
type Shape = true | readonly [Shape] | { readonly [name: string]: Shape };

const scalars = (...names: readonly string[]): { readonly [name: string]: Shape } =>
  Object.fromEntries(names.map((name) => [name, true]));

const session = {
  ...scalars('sessionId', 'show', 'status', 'sim', 'type', 'track', 'trackConfig', 'limitLaps', 'limitTimeS'),
  ...scalars('positionsDerived', 'startedAt'),
  sectorStarts: [true],
  shape: [true],
  classes: [scalars('id', 'name', 'color')],
} satisfies Shape;
const clock = {
  ...scalars('sessionTimeMs', 'phase', 'remainingMs', 'remainingLaps', 'leaderLap'),
  flags: [true],
} satisfies Shape;
const entries = [
  { ...scalars('car', 'carNumber', 'name', 'teamName', 'driver', 'class', 'carModel', 'officialStatus'), crew: [true] },
] satisfies Shape;
const events = [scalars('id', 'name', 'sessionTimeMs', 'lap', 'car', 'otherCar', 'ms', 'count', 'to')] satisfies Shape;
const onAir = {
  scene: true,
  tower: scalars('until'),
  driver: scalars('car', 'onCamera', 'until'),
  battle: { cars: [true], until: true },
  message: scalars('title', 'text', 'until'),
  flag: scalars('flag', 'until'),
  results: scalars('of', 'until'),
  fastestLap: scalars('until'),
  pits: scalars('until'),
  map: scalars('until'),
  ticker: scalars('until'),
  clock: scalars('until'),
} satisfies Shape;
const topics = scalars('epoch', 'laps', 'gaps', 'events');
const appended = { laps: [[true]], gaps: [[true]], events: [[true]] } satisfies Shape;
const namedAppended = {
  laps: [
    {
      ...scalars('car', 'carNumber', 'driver', 'lap', 'countedFrom', 'lapTimeMs', 'from', 'crossedAtMs', 'position'),
      ...scalars('inPit', 'inLap', 'outLap', 'valid', 'provenance'),
      sectorsMs: [true],
    },
  ],
  gaps: [{ sessionTimeMs: true, cars: [scalars('car', 'gapMs', 'gapLaps')] }],
  events: [{ ...events[0], lapRow: true }],
} satisfies Shape;
const figures = {
  ...scalars('position', 'classPosition', 'gridPosition', 'status', 'inPit', 'lap', 'lapsCompleted', 'progress'),
  ...scalars('gapMs', 'gapLaps', 'intervalMs', 'intervalLaps'),
  ...scalars('classGapMs', 'classGapLaps', 'classIntervalMs', 'classIntervalLaps'),
  ...scalars('lastLapMs', 'bestLapMs', 'lastLapMark', 'bestLapMark'),
  ...scalars('pitStops', 'driveThroughs', 'stintLaps', 'trendMs', 'battle'),
  sectorsMs: [true],
  provenance: { '*': true },
} satisfies Shape;
const namedEntries = [{ ...entries[0], ...figures }] satisfies Shape;
const timing = {
  ...scalars('sessionId', 'at', 'sessionTime', 'phase'),
  flags: [true],
  entries: namedEntries,
  onAir,
  topics,
} satisfies Shape;
const chunk = {
  ...scalars('sessionId', 'topic', 'epoch', 'chunk', 'from'),
  columns: [true],
  repeated: [true],
  rows: [[true]],
} satisfies Shape;
const state = { session, clock, entries, rows: { '*': [true] }, events, onAir, camera: true, topics } satisfies Shape;
const change = {
  ...scalars('epoch', 'seq', 'at', 'sessionId'),
  session,
  clock,
  entries,
  rows: [[true]],
  gone: [true],
  events: { keep: true, added: events },
  onAir,
  camera: true,
  topics,
  appended,
} satisfies Shape;
const namedChange = {
  ...scalars('epoch', 'seq', 'at', 'sessionId', 'sessionTime', 'phase', 'status'),
  flags: [true],
  entries: namedEntries,
  gone: [true],
  events,
  onAir,
  camera: true,
  topics,
  appended: namedAppended,
} satisfies Shape;
const look = { ...scalars('base', 'radiusPx', 'logo'), colours: { '*': true } } satisfies Shape;
const delayState = scalars('sessionId', 'state', 'delayMs');
const refusal = { ok: true, error: scalars('code', 'message', 'capability', 'retryAfterMs') } satisfies Shape;
const joined = {
  ...scalars('ok', 'sessionId', 'audience', 'epoch', 'seq', 'at', 'now', 'retrySpreadMs', 'picture'),
  delay: delayState,
  look,
  changes: [change],
} satisfies Shape;

/** What strangers may be sent, by what it is. */
const PUBLIC_SHAPES = {
  feed: change,
  'feed (json)': namedChange,
  joined: { ...joined, state },
  'joined (json)': { ...joined, state: timing },
  segment: change,
  keyframe: { ...scalars('epoch', 'seq', 'at', 'sessionId'), state },
  pointer: {
    ...scalars('show', 'sessionId', 'epoch', 'seq', 'at', 'now'),
    keyframe: scalars('name', 'seq'),
    segments: [true],
    delay: delayState,
    look,
  },
  watching: scalars('againMs'),
  crowd: scalars('isCrowd'),
  refusal,
  left: scalars('ok', 'sessionId'),
  beat: scalars('ok', 'now', 'retrySpreadMs'),
  'session:moved': scalars('show', 'from', 'sessionId'),
  'session:withdrawn': scalars('sessionId'),
  'session:closed': scalars('reason'),
  'broadcast:delay:state': delayState,
  'show:look': { show: true, look },
  timing,
  chunk,
  sessions: [
    {
      ...scalars('sessionId', 'show', 'status', 'sim', 'track', 'type', 'startedAt', 'lastFrameAt', 'endedAt'),
      entryCount: true,
      delay: delayState,
      podium: [scalars('position', 'carNumber', 'name')],
    },
  ],
  'show state': {
    ...scalars('sessionId', 'delayMs', 'publicExtraMs', 'state', 'published'),
    onAir,
    camera: true,
    outputs: scalars('overlays', 'visible', 'failing', 'publicViewers'),
  },
  table: [
    {
      ...scalars('position', 'classPosition', 'carNumber', 'name', 'teamName', 'driver', 'class', 'carModel'),
      ...scalars('gap', 'interval', 'classGap', 'classInterval', 'lastLap', 'bestLap', 'laps', 'pitStops', 'status'),
    },
  ],
  problem: scalars('type', 'title', 'status', 'detail', 'capability'),
  health: {
    ...scalars('status', 'version', 'uptimeMs'),
    checks: { '*': scalars('status', 'detail') },
  },
} satisfies Record<string, Shape>;
export type PublicKind = keyof typeof PUBLIC_SHAPES;

/** Where a value has something that its kind may not; empty where all of it may leave. */
export function strangeFields(value: unknown, kind: PublicKind): string[] {
  return strangeIn(value, PUBLIC_SHAPES[kind] as Shape, kind);
}

function strangeIn(value: unknown, shape: Shape | undefined, path: string): string[] {
  if (value === null || value === undefined) return [];
  if (shape === undefined) return [path];
  if (shape === true) return typeof value === 'object' ? [path] : [];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [path];
    return value.flatMap((each, i) => strangeIn(each, shape[0], `${path}[${i}]`));
  }
  if (typeof value !== 'object' || Array.isArray(value)) return [path];
  const fields = shape as { readonly [name: string]: Shape };
  return Object.entries(value).flatMap(([name, each]) =>
    strangeIn(each, fields[name] ?? fields['*'], `${path}.${name}`),
  );
}
