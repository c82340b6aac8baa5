import type { FlowStages, OpsClock, OpsRelay, OpsSession, StageFlow } from '@okboxbox/protocol';
import {
  fields,
  flag,
  listOf,
  name,
  number,
  type Rule,
  relayId,
  sessionId,
  showName,
  text,
  version,
  word,
} from '../allow-list.js';
import { sim, simState, source } from './names.js';

const stage = fields<StageFlow>({ total: number, perSec: number });

/** A session's stages. */
export const flow: Rule = fields<FlowStages>({
  ingest: stage,
  timeline: stage,
  timing: stage,
  liveTicks: stage,
  broadcastTicks: stage,
  fanOut: stage,
  written: stage,
  skipped: stage,
});

const clock = fields<OpsClock>({
  offsetMs: number,
  boundMs: number,
  verdict: word('right', 'ahead', 'behind', 'inconclusive', 'unknown'),
});

const relay = fields<OpsRelay>({
  relayId,
  run: name('run'),
  version,
  source,
  connectedAt: number,
  isPrimary: flag,
  clock,
  driftP95: number,
  queueAgeP95Ms: number,
  transitP95Ms: number,
  waiting: number,
  oldestWaitingMs: number,
  askedHz: number,
  pausedBecause: text,
  simState,
  capturedHz: number,
  clockStepMs: number,
  wallStepMs: number,
  clockJumps: number,
});

/** A session as operations see it. */
export const session: Rule = fields<OpsSession>({
  sessionId,
  show: showName,
  status: word('live', 'ended'),
  isStale: flag,
  isFollowed: flag,
  mainFeed: relayId,
  sim,
  track: name('track'),
  relays: listOf(relay),
  framesTotal: number,
  framesPerSec: number,
  lastFrameAgeMs: number,
  driftP95: number,
  clock,
  queueAgeP95Ms: number,
  transitP95Ms: number,
  duplicates: number,
  outOfOrder: number,
  dropped: number,
  errors: number,
  viewers: fields<OpsSession['viewers']>({ live: number, broadcast: number }),
  delayMs: number,
  flow,
  unchangedPerSec: number,
  rulesVersion: number,
});
