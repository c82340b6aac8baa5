/**
 * What the codecs save, each against plain JSON in the same run. One JSON object a line:
 * the relay's frame to the server (`ingest`), and the server's tick to a viewer (`feed`).
 */
import {
  applyChange,
  CAR_STATUSES,
  changeBetween,
  decodeRecord,
  type EntryFigures,
  type EntryInfo,
  encodeRecord,
  entryOf,
  type FeedState,
  type Frame,
  frameLine,
  NO_TOPICS,
  NOTHING_CUED,
  packRow,
  type Row,
  readRecord,
  SURFACES,
  UNKNOWN_FIGURES,
} from '@okboxbox/protocol';

const CARS = 60;
const TICKS = 600;
const TICK_MS = 100;
/** Drifting figures reach a viewer once in this number of ticks for each car, as in the server. */
const DRIFT_TICKS = 5;
const LAP_MS = 103_000;
const SECTORS = 3;
const ROUNDS = 7;
const ROUND_MS = 150;
/** The feed may cost at most this part of the whole state as JSON. */
const FEED_BUDGET = 1 / 25;
/** What viewers are sent. */
const FEED = `changed rows, drift once in ${DRIFT_TICKS} ticks`;

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

/** Median µs of a call, over rounds of fixed length after one to warm up. */
function microseconds(call: (i: number) => unknown): number {
  const rounds: number[] = [];
  let kept: unknown;
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    let calls = 0;
    let spent = 0;
    while (spent < ROUND_MS) {
      for (let i = 0; i < 20; i++) kept = call(calls++);
      spent = performance.now() - start;
    }
    if (round > 0) rounds.push((spent * 1000) / calls);
  }
  // Using the last result keeps the compiler from leaving the calls out.
  if (kept === undefined) throw new Error('the call gave nothing to measure');
  return median(rounds);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Laps that a car has driven at a tick: a field spread over a lap, each car a little slower than the one ahead. */
function progressOf(car: number, tick: number): number {
  return 3 + (tick * TICK_MS) / (LAP_MS + car * 150) - car * 0.011;
}

function frameAt(tick: number): Frame {
  return {
    kind: 'frame',
    seq: tick + 1,
    capturedAt: 1_764_000_000_000 + tick * TICK_MS,
    sessionTime: 300 + (tick * TICK_MS) / 1000,
    state: 'racing',
    flags: ['green'],
    cars: Array.from({ length: CARS }, (_, car) => {
      const progress = progressOf(car, tick);
      const lapsCompleted = Math.floor(progress);
      return {
        car,
        pct: progress - lapsCompleted,
        lap: lapsCompleted + 1,
        lapsCompleted,
        surface: SURFACES[3],
        onPitRoad: false,
        position: car + 1,
        classPosition: (car % 20) + 1,
        lastLapMs: LAP_MS + car * 150 + lapsCompleted,
        bestLapMs: LAP_MS + car * 150,
      };
    }),
  };
}

/** A gap that wanders by some ms at each tick, as estimated ones do, so that no column is spared by luck. */
function wandering(gapMs: number, car: number, tick: number): number {
  return gapMs + 25 * Math.sin(tick * 0.7 + car);
}

/** A row's figures. Drifting ones are as of the car's last turn, each `driftTicks`; the rest are as of now. */
function figuresAt(car: number, tick: number, driftTicks: number): EntryFigures {
  const progress = progressOf(car, tick);
  const turn = tick - ((tick + car) % driftTicks);
  const shown = progressOf(car, turn);
  const gap = (progressOf(0, turn) - shown) * (LAP_MS + car * 150);
  const gapMs = wandering(gap, car, turn);
  const intervalMs = car === 0 ? null : wandering(gap / car, car, turn);
  const lapsCompleted = Math.floor(progress);
  const lastLapMs = LAP_MS + car * 150 + lapsCompleted;
  return {
    ...UNKNOWN_FIGURES,
    position: car + 1,
    classPosition: (car % 20) + 1,
    status: CAR_STATUSES[0],
    lap: lapsCompleted + 1,
    lapsCompleted,
    progress: shown,
    gapMs: car === 0 ? null : gapMs,
    intervalMs,
    classGapMs: car % 20 === 0 ? null : gapMs,
    classIntervalMs: car % 20 === 0 ? null : intervalMs,
    lastLapMs,
    bestLapMs: LAP_MS + car * 150,
    lastLapMark: 'none',
    bestLapMark: 'personal',
    sectorsMs: Array.from({ length: SECTORS }, (_, sector) => lastLapMs / SECTORS + sector * 211),
    pitStops: car % 2,
    driveThroughs: 0,
    stintLaps: lapsCompleted,
    provenance: {
      position: 'measured',
      gap: 'estimated',
      interval: 'estimated',
      lastLap: 'measured',
      bestLap: 'measured',
      sectors: 'measured',
    },
  };
}

const entries: readonly EntryInfo[] = Array.from({ length: CARS }, (_, car) => ({
  car,
  carNumber: String(car + 1),
  name: `Team of car ${car + 1}`,
  teamName: `Team of car ${car + 1}`,
  driver: `Driver Number ${car + 1}`,
  class: String(car % 3),
  carModel: null,
  crew: [],
  officialStatus: null,
}));
const session: FeedState['session'] = {
  sessionId: 'sess_bench',
  show: 'local',
  status: 'live',
  sim: 'simulated',
  type: 'race',
  track: 'Monza',
  trackConfig: 'Grand Prix',
  sectorStarts: [0, 0.33, 0.66],
  limitLaps: null,
  limitTimeS: 86_400,
  classes: ['GT3', 'LMP2', 'Hypercar'].map((name, i) => ({ id: String(i), name, color: null })),
  positionsDerived: false,
  startedAt: 1_764_000_000_000,
};

function stateAt(tick: number, driftTicks: number): FeedState {
  const rows: Record<number, Row> = {};
  for (let car = 0; car < CARS; car++) rows[car] = packRow(figuresAt(car, tick, driftTicks));
  const clock = {
    sessionTimeMs: tick * TICK_MS,
    phase: 'racing' as const,
    flags: ['green'],
    remainingMs: 86_400_000 - tick * TICK_MS,
    remainingLaps: null,
    leaderLap: Math.floor(progressOf(0, tick)) + 1,
  };
  return { session, clock, entries, rows, events: [], onAir: NOTHING_CUED, topics: NO_TOPICS };
}

function benchIngest(): void {
  const frames = Array.from({ length: 64 }, (_, tick) => frameAt(tick));
  const frameOf = (i: number) => frames[i % frames.length] as Frame;
  const encodings = {
    'json+schema': {
      encode: (frame: Frame) => textEncoder.encode(JSON.stringify(frame)),
      decode: (bytes: Uint8Array): unknown => frameLine.parse(JSON.parse(textDecoder.decode(bytes))),
    },
    'binary columns': {
      encode: (frame: Frame) => encodeRecord(frame, frame.seq),
      decode: (bytes: Uint8Array): unknown => decodeRecord(readRecord(bytes)),
    },
  };
  for (const [encoding, { encode, decode }] of Object.entries(encodings)) {
    const packed = frames.map(encode);
    const encodeUs = microseconds((i) => encode(frameOf(i)));
    const decodeUs = microseconds((i) => decode(packed[i % packed.length] as Uint8Array));
    report({
      bench: 'codecs/ingest',
      encoding,
      cars: CARS,
      bytes: median(packed.map((bytes) => bytes.length)),
      encodeUs: round(encodeUs),
      decodeUs: round(decodeUs),
      framesPerSec: Math.round(1e6 / decodeUs),
    });
  }
}

/** States of consecutive ticks, each with the state that viewers hold before it. */
interface Ticks {
  readonly states: readonly FeedState[];
  readonly held: readonly FeedState[];
}

function ticksOf(driftTicks: number): Ticks {
  const states = Array.from({ length: TICKS }, (_, tick) => stateAt(tick, driftTicks));
  const held: FeedState[] = [];
  for (const state of states) {
    // Kept by applying changes, so that unchanged rows are the very same objects, as on the server.
    const before = held.at(-1);
    const change = before ? changeBetween(before, state) : null;
    held.push(before ? (change ? applyChange(before, change) : before) : state);
  }
  return { states, held };
}

function benchFeed(): void {
  const fresh = ticksOf(1);
  const calm = ticksOf(DRIFT_TICKS);
  const named = fresh.states.map(({ rows, ...rest }) => ({
    ...rest,
    entries: entries.map((info) => entryOf(info, rows[info.car] as Row)),
  }));
  const position = { epoch: 'e1', seq: 1_000, at: 1_764_000_000_000, sessionId: session.sessionId };
  const changed = ({ states, held }: Ticks, tick: number): string =>
    JSON.stringify({ ...position, ...changeBetween(held[tick - 1] as FeedState, states[tick] as FeedState) });

  const encodings: Readonly<Record<string, (tick: number) => string>> = {
    'whole state, json objects': (tick) => JSON.stringify({ ...position, ...named[tick] }),
    'all rows, json': (tick) =>
      JSON.stringify({ ...position, clock: fresh.states[tick]?.clock, rows: fresh.states[tick]?.rows }),
    'changed rows, drift at every tick': (tick) => changed(fresh, tick),
    [FEED]: (tick) => changed(calm, tick),
  };
  let wholeBytes = 0;
  for (const [encoding, encode] of Object.entries(encodings)) {
    let bytes = 0;
    for (let tick = 1; tick < TICKS; tick++) bytes += textEncoder.encode(encode(tick)).length;
    const bytesPerTick = bytes / (TICKS - 1);
    wholeBytes ||= bytesPerTick;
    const ratio = bytesPerTick / wholeBytes;
    report({
      bench: 'codecs/feed',
      encoding,
      cars: CARS,
      bytesPerTick: Math.round(bytesPerTick),
      encodeUs: round(microseconds((i) => encode(1 + (i % (TICKS - 1))))),
      ratioToWhole: round(ratio, 4),
      ...(encoding === FEED && { budget: round(FEED_BUDGET, 4), within: ratio <= FEED_BUDGET }),
    });
  }
}

function report(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

benchIngest();
benchFeed();
