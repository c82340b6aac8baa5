import { join } from 'node:path';
import { MAX_BEHIND_MS, type RelayHello, type SessionSummary } from '@okboxbox/protocol';
import { UNNUMBERED_RULES } from '@okboxbox/timing';
import { z } from 'zod';
import { diskReason, readStored, type StoredContent } from '../../data-files.js';
import { replaceFile } from '../../replace-file.js';
import type { SessionDeps } from './folded-timeline.js';
import type { SessionState } from './session-state.js';

const SUMMARY_FILE = 'summary.json';
/** A session that ended longer ago than this has aired to its end, in ms: the furthest that a picture may be behind, and more. */
const AIRING_MS = MAX_BEHIND_MS + 15_000;

/** Who fed a session: the runs of its relays, and what the sim calls it. */
export interface FedBy {
  readonly simSessionKey: string;
  readonly runs: readonly { readonly relayId: string; readonly run: string }[];
}

/** What is stored beside an ended session's timeline. */
export interface StoredSummary extends FedBy {
  readonly summary: SessionSummary;
  /** What the clock was set since it ended, where its end had still to air at a restart, in ms. */
  readonly shiftMs: number;
  /** Records were being added to it after its end: the timeline knows more than this summary. */
  readonly isOpen: boolean;
}

/** The relays' runs of a session, as its timeline has them. */
export function fedBy({ facts, streams }: SessionState): FedBy {
  return { simSessionKey: facts.simSessionKey, runs: streams.map(({ relayId, run }) => ({ relayId, run })) };
}

/** Sessions that have ended: their summaries, and which relay's run belongs to which of them. */
export class EndedSessions {
  readonly #dir: string;
  readonly #deps: SessionDeps;
  readonly #summaries = new Map<string, SessionSummary>();
  readonly #ofRun = new Map<string, string>();
  /** What the server's clock was set since ended sessions ended, where their end may still have to air. */
  readonly #shifts = new Map<string, number>();
  #areShiftsStored = true;

  /** `dir` holds a folder for each session. */
  constructor(dir: string, deps: SessionDeps) {
    this.#dir = dir;
    this.#deps = deps;
  }

  /** Whether what the clock was set since sessions ended is on the disk for the next run, as far as it needs it. */
  get areShiftsStored(): boolean {
    return this.#areShiftsStored;
  }

  /** Forgets a session that cannot be read. */
  delete(sessionId: string): void {
    this.#summaries.delete(sessionId);
  }

  get summaries(): Iterable<SessionSummary> {
    return this.#summaries.values();
  }

  get(sessionId: string): SessionSummary | undefined {
    return this.#summaries.get(sessionId);
  }

  has(sessionId: string): boolean {
    return this.#summaries.has(sessionId);
  }

  /** Adds a session, or what is new of one. `runs` is absent where nobody knows who fed it. */
  add(summary: SessionSummary, runs?: FedBy): void {
    this.#summaries.set(summary.sessionId, summary);
    if (runs === undefined) return;
    for (const { relayId, run } of runs.runs) {
      this.#ofRun.set(runKey(summary.show, runs.simSessionKey, relayId, run), summary.sessionId);
    }
  }

  /** The ended session that a relay's run fed; `undefined` where there is none. */
  ofRun({ relayId, run, simSessionKey }: RelayHello, show: string): string | undefined {
    return this.#ofRun.get(runKey(show, simSessionKey, relayId, run));
  }

  /** Whether the end of a session of before this run may still have to air. */
  isAiring(sessionId: string): boolean {
    return this.#shifts.has(sessionId);
  }

  /** What an ended session's instants are earlier than they say, by this run's clock, in ms. */
  shiftOf(sessionId: string): number {
    return this.#shifts.get(sessionId) ?? 0;
  }

  /** The session's timeline counts by this run's clock from now on. */
  settleShift(sessionId: string): void {
    this.#shifts.delete(sessionId);
  }

  /** Notes how the clock was set since a session ended, for this run and, beside its summary, for those after it. */
  async noteShift(stored: StoredSummary): Promise<void> {
    const { summary, shiftMs: before } = stored;
    const { clockShiftMs = 0 } = this.#deps;
    const now = this.#deps.clock.now();
    const endedAt = summary.endedAt ?? summary.lastFrameAt ?? summary.startedAt;
    const saysEndedAt = Math.max(endedAt, summary.lateAt ?? 0) + before;
    // Where nobody knows, it may have ended at this very moment.
    const shiftMs = before + (clockShiftMs ?? Math.ceil(now) - saysEndedAt);
    const isOld = saysEndedAt + shiftMs - before < now - AIRING_MS;
    if (isOld || (clockShiftMs === null && isLongAgo(saysEndedAt, now))) return;
    this.#shifts.set(summary.sessionId, shiftMs);
    if (shiftMs !== before && !(await this.keep({ ...stored, shiftMs }))) this.#areShiftsStored = false;
  }

  /** Writes a summary that can be made again from the timeline; false where the disk does not take it. */
  async keep(stored: StoredSummary): Promise<boolean> {
    try {
      await this.write(stored);
      return true;
    } catch (error) {
      const { sessionId } = stored.summary;
      this.#deps.log.warn({ sessionId, because: diskReason(error) }, 'the summary of a session could not be stored');
      return false;
    }
  }

  async write({ summary, shiftMs, isOpen, simSessionKey, runs }: StoredSummary): Promise<void> {
    const stored = { ...summary, simSessionKey, runs, ...(shiftMs !== 0 && { shiftMs }), ...(isOpen && { isOpen }) };
    await replaceFile(join(this.#dir, summary.sessionId, SUMMARY_FILE), JSON.stringify(stored));
  }
}

function runKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** Without knowing how the clock was set, a day is taken for long ago: nobody sets a clock by that between two runs. */
function isLongAgo(endedAt: number, now: number): boolean {
  return now - endedAt > 24 * 3_600_000;
}

/** A summary as it is stored. One written before there were podiums, or damaged, is made again from the timeline. */
const storedSummary = z.looseObject({
  sessionId: z.string(),
  show: z.string(),
  status: z.literal('ended'),
  sim: z.string(),
  track: z.string(),
  type: z.string(),
  startedAt: z.number(),
  lastFrameAt: z.number().nullable(),
  entryCount: z.number(),
  endedAt: z.number().nullable().default(null),
  lateAt: z.number().optional(),
  podium: z.array(z.looseObject({ position: z.number(), carNumber: z.string(), name: z.string() })),
  rulesVersion: z.number().default(UNNUMBERED_RULES),
  shiftMs: z.number().default(0),
  isOpen: z.boolean().optional(),
  simSessionKey: z.string().optional(),
  runs: z.array(z.object({ relayId: z.string(), run: z.string() })).optional(),
});

/** A stored summary as it was read. */
export interface ReadSummary extends StoredSummary {
  /** Whether it says who fed the session: 0.1 did not write that, and the timeline does. */
  readonly saysRuns: boolean;
}

/** Reads the summary beside a session's timeline. */
export async function readSummary(dir: string, sessionId: string): Promise<StoredContent<ReadSummary>> {
  const found = await readStored(join(dir, SUMMARY_FILE), storedSummary);
  if (found.state !== 'read') return found;
  const { shiftMs, isOpen = false, simSessionKey, runs, ...summary } = found.value;
  if (summary.sessionId !== sessionId) return { state: 'damaged', because: 'it is of another session' };
  const saysRuns = simSessionKey !== undefined && runs !== undefined;
  const value = { summary: summary as SessionSummary, shiftMs, isOpen, saysRuns };
  return { state: 'read', value: { ...value, simSessionKey: simSessionKey ?? '', runs: runs ?? [] } };
}
