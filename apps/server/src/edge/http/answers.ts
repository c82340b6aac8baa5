import type {
  AuditAnswer,
  CrowdAnswer,
  FindingsAnswer,
  FlowAnswer,
  Lap,
  OpsActAnswer,
  OpsDatabase,
  OpsEventsAnswer,
  OpsHistory,
  OpsNodesAnswer,
  OpsRooms,
  OpsSessionsAnswer,
  OpsSocketsAnswer,
  OpsSummary,
  PackFreeTextAnswer,
  PackManifest,
  Problem,
  PublicPointer,
  RaceEvent,
  SessionSummary,
  SupportPack,
  TimingAnswer,
  TopicName,
  TopicRow,
  Trace,
  TraceStarted,
  TraceStopped,
  TracesAnswer,
  WatchingAnswer,
  WhyAnswer,
} from '@okboxbox/protocol';
import type { TableRow } from '@okboxbox/race-view';
import type { SignInAnswer } from '../../access/sign-in.js';
import type { Parity } from '../../directory/owner.js';
import type { Health } from './health.js';
import type { ShownState } from './shown-calls.js';

/** A token that is revoked. Where it is not stored yet it is in force all the same, and `storeError` says why. */
export interface TokenRevoked {
  readonly jti: string;
  readonly revoked: true;
  readonly stored: boolean;
  readonly storeError?: string;
}

/** A chunk of one of a session's logs: rows of values, in the order of the columns. */
export interface TopicChunkAnswer {
  readonly sessionId: string;
  readonly topic: TopicName;
  readonly epoch: string;
  readonly chunk: number;
  /** Number of its first row in the log, from 0. */
  readonly from: number;
  readonly columns: readonly string[];
  /** Columns behind the others, once for each sector or car. */
  readonly repeated: readonly string[];
  readonly rows: readonly TopicRow[];
}

/** Which build runs. */
export interface Build {
  readonly version: string;
  readonly gitSha: string | null;
  readonly startedAt: number;
  /** Version of Node. */
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
}

/** Faults that drills can make. */
export interface Drills {
  readonly faults: readonly string[];
  /** Those that are there now. */
  readonly on: readonly string[];
}

/**
 * Every JSON answer of an HTTP call, by the name of its schema in `/api/openapi.json`. The schemas are generated from these
 * types and their comments (`npm run generate`).
 */
export interface Answers {
  readonly AuditAnswer: AuditAnswer;
  readonly Build: Build;
  readonly CrowdAnswer: CrowdAnswer;
  readonly Drills: Drills;
  readonly Events: readonly RaceEvent[];
  readonly FindingsAnswer: FindingsAnswer;
  readonly FlowAnswer: FlowAnswer;
  readonly Health: Health;
  readonly Laps: readonly Lap[];
  readonly OpsActAnswer: OpsActAnswer;
  readonly OpsDatabase: OpsDatabase;
  readonly OpsEventsAnswer: OpsEventsAnswer;
  readonly OpsHistory: OpsHistory;
  readonly OpsRooms: OpsRooms;
  readonly OpsNodesAnswer: OpsNodesAnswer;
  readonly OpsSessionsAnswer: OpsSessionsAnswer;
  readonly OpsSocketsAnswer: OpsSocketsAnswer;
  readonly OpsSummary: OpsSummary;
  readonly PackFreeTextAnswer: PackFreeTextAnswer;
  readonly PackManifest: PackManifest;
  readonly Parity: Parity;
  readonly Problem: Problem;
  readonly PublicPointer: PublicPointer;
  readonly Sessions: readonly SessionSummary[];
  readonly ShownState: ShownState;
  readonly SignInAnswer: SignInAnswer;
  readonly SupportPack: SupportPack;
  readonly TableRows: readonly TableRow[];
  readonly TimingAnswer: TimingAnswer;
  readonly TokenRevoked: TokenRevoked;
  readonly TopicChunkAnswer: TopicChunkAnswer;
  readonly Trace: Trace;
  readonly TraceStarted: TraceStarted;
  readonly TraceStopped: TraceStopped;
  readonly TracesAnswer: TracesAnswer;
  readonly WatchingAnswer: WatchingAnswer;
  readonly WhyAnswer: WhyAnswer;
}
export type AnswerName = keyof Answers;
