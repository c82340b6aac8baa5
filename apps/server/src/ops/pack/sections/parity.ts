import type { RelayStatus } from '@okboxbox/protocol';
import type { ParityStream } from '../../../directory/owner.js';
import type { ConnectedRelay } from '../../../owner/ingest/connected-relays.js';
import type { ClockEstimate } from '../../../owner/ingest/relay-clock.js';
import {
  fields,
  flag,
  freeText,
  listOf,
  name,
  number,
  relayId,
  sessionId,
  showName,
  text,
  version,
} from '../allow-list.js';
import { simState, source } from '../rules.js';
import { section } from '../section.js';

const stream = fields<ParityStream>({
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
  unsent: number,
  oldestWaitingMs: number,
  oldestUnsentMs: number,
  paused: flag,
  cars: fields<NonNullable<RelayStatus['cars']>>({ seen: number, entries: number, blinksPerMin: number }),
  cpu: number,
  memoryBytes: number,
  wallStepMs: number,
});

const relay = fields<ConnectedRelay>({
  relayId,
  show: showName,
  user: name('user'),
  run: name('run'),
  sessionId,
  version,
  source,
  connectedAt: number,
  heardAt: number,
  taken: number,
  acknowledged: number,
  status,
  statusAt: number,
  clock: fields<ClockEstimate>({
    offsetMs: number,
    boundMs: number,
    roundTripMs: number,
    wallOffsetMs: number,
    samples: number,
    steps: number,
    wallSteps: number,
    stepMs: number,
    wallStepMs: number,
  }),
  askedHz: number,
  askedBecause: text,
  pausedBecause: freeText('reason of a pause'),
});

const session = fields<{ sessionId: string; framesTotal: number; streams: unknown; relays: unknown }>({
  sessionId,
  framesTotal: number,
  streams: listOf(stream),
  relays: listOf(relay),
});

/** Frames per stream and relay against what was acknowledged: as `/api/diagnostics/parity`, of sessions that run. */
export const parity = section('parity', (deps, scope) => ({
  head: {},
  rule: fields({}),
  lists: [{ name: 'sessions', rows: deps.parity(scope.sessionId).sessions, rule: session }],
}));
