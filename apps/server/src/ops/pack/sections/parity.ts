import type { RelayStatus } from '@okboxbox/protocol';
import type { ConnectedRelay } from '../../../ingest/connected-relays.js';
import type { ClockEstimate } from '../../../ingest/relay-clock.js';
import { fields, flag, listOf, name, number, relayId, sessionId, showName, text, version } from '../allow-list.js';
import { simState, source } from '../fields/names.js';
import { section } from '../section.js';

interface Stream {
  readonly relayId: string;
  readonly run: string;
  readonly first: number;
  readonly taken: number;
  readonly acknowledged: number;
  readonly missing: unknown;
}

const stream = fields<Stream>({
  relayId,
  run: name('run'),
  first: number,
  taken: number,
  acknowledged: number,
  missing: listOf(listOf(number)),
});

/** What a relay says of itself: its own words, so that each is checked. */
const status = fields<RelayStatus>({
  version,
  source,
  simState,
  rateHz: number,
  maxHz: number,
  queue: fields<RelayStatus['queue']>({
    records: number,
    bytes: number,
    oldestMs: number,
    lost: number,
    damaged: number,
  }),
  waiting: number,
  paused: flag,
  cars: fields<NonNullable<RelayStatus['cars']>>({ seen: number, entries: number, blinksPerMin: number }),
  cpu: number,
  memoryBytes: number,
  wallStepMs: number,
});

const relay = fields<ConnectedRelay>({
  relayId,
  show: showName,
  run: name('run'),
  sessionId,
  version,
  source,
  connectedAt: number,
  taken: number,
  acknowledged: number,
  status,
  statusAt: number,
  clock: fields<ClockEstimate>({
    offsetMs: number,
    boundMs: number,
    wallOffsetMs: number,
    samples: number,
    steps: number,
    wallSteps: number,
    stepMs: number,
    wallStepMs: number,
  }),
  askedHz: number,
  askedBecause: text,
  pausedBecause: text,
});

const session = fields<{ sessionId: string; framesTotal: number; streams: unknown; relays: unknown }>({
  sessionId,
  framesTotal: number,
  streams: listOf(stream),
  relays: listOf(relay),
});

/** Frames per stream and relay against what was acknowledged: as `/api/diagnostics/parity`, of sessions that run. */
export const parity = section('parity', (world, scope) => ({
  head: {},
  rule: fields({}),
  lists: [{ name: 'sessions', rows: world.parity(scope.sessionId).sessions, rule: session }],
}));
