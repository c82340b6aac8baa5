import type { FindingsAnswer, OpsDatabase, OpsHistory, OpsSnapshot, PackSection, Trace } from '@okboxbox/protocol';
import type { ServerConfig } from '../../config.js';
import type { parityOf } from '../../owner/ingest/parity.js';
import type { Operations } from '../operations.js';
import type { Rule } from './allow-list.js';

/** What packs are made from. */
export interface PackDeps {
  readonly operations: Operations;
  /** Of one session, or of all that run. */
  readonly parity: (sessionId: string | null) => ReturnType<typeof parityOf>;
  /** `withoutFreeText` is passed by all that findings are made of. */
  readonly look: (withoutFreeText: (snapshot: OpsSnapshot) => OpsSnapshot) => Promise<Looked>;
  readonly database: () => Promise<OpsDatabase>;
  readonly history: () => OpsHistory;
  readonly trace: (traceId: string) => Promise<Trace | null>;
  readonly config: ServerConfig;
  readonly now: () => number;
}

/** What findings are made of, and the findings that were made of just that: made again, they are the same. */
export interface Looked {
  readonly snapshot: OpsSnapshot;
  readonly findings: FindingsAnswer;
}

/** What one pack is of. */
export interface PackScope {
  readonly sessionId: string | null;
  readonly traceId: string | null;
  readonly includeConfig: boolean;
  readonly sampleSec: number;
  /** Taken once for a pack, when it is asked for first. */
  readonly looked: () => Promise<Looked>;
  /** Aborted when the time for a part is up, or nobody waits for the pack any more. */
  readonly signal: AbortSignal;
  /** Hears how far back the pack reaches. */
  readonly reaches: (at: number) => void;
}

/** A long list of a part: its rows are taken and made safe one by one. */
export interface SectionList {
  readonly name: string;
  readonly rows: Iterable<unknown>;
  readonly rule: Rule;
}

/** A part before it is made safe: an object, and lists that stand in it behind its other fields. */
export interface SectionContent {
  readonly head: object;
  readonly rule: Rule;
  readonly lists?: readonly SectionList[];
}

/** Why a part is not in a pack. */
export interface Skipped {
  readonly skipped: string;
}

/** One part of a pack: where it comes from, and how long that may take. */
export interface Section {
  readonly name: PackSection;
  readonly timeoutMs: (scope: Pick<PackScope, 'sampleSec'>) => number;
  readonly collect: (deps: PackDeps, scope: PackScope) => SectionContent | Skipped | Promise<SectionContent | Skipped>;
}

/** What parts may take that have it all at hand, in ms. */
export const USUAL_TIMEOUT_MS = 10_000;

/** A part that takes no longer than usual. */
export function section(name: PackSection, collect: Section['collect']): Section {
  return { name, timeoutMs: () => USUAL_TIMEOUT_MS, collect };
}
