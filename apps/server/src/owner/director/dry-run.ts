import { setTimeout as wait } from 'node:timers/promises';
import {
  type AutoRules,
  type DryRun,
  type DryRunLine,
  type DryRunMoment,
  type MomentKind,
  NOTHING_CUED,
} from '@okboxbox/protocol';
import { diskReason } from '../../data-files.js';
import type { Logger } from '../../log.js';
import { foldSession } from '../session/fold-session.js';
import type { SessionState } from '../session/session-state.js';
import { momentsWorthAiring, raceOf } from './auto-moments.js';
import { type AutoMemory, isSame, type MomentName, momentName, NOTHING_AIRED, stepAuto } from './auto-show.js';

/** The race is looked at this often, in ms on the session's clock: as often as a show that runs itself looks. */
const LOOK_MS = 1_000;
/** How often it is told how far a dry run has come, in ms. */
const TELL_MS = 250;

/**
 * What a show would have aired by itself: given the states of a session one after another, it steps as the show would have,
 * on the session's own clock. What directors cued in it does not count.
 */
export class DryRunRecorder {
  readonly #rules: AutoRules;
  #memory: AutoMemory = NOTHING_AIRED;
  #lookedAt: number | null = null;
  #from: number | null = null;
  readonly #aired: DryRunMoment[] = [];
  readonly #found = new Map<MomentKind, number>();
  /** What was worth showing at the last look: what stays there is one moment. */
  #there: readonly MomentName[] = [];

  constructor(rules: AutoRules) {
    this.#rules = rules;
  }

  /** Looks at a state, where a second has gone by since the last look. */
  take(state: SessionState): void {
    const { sessionTime } = state.timing;
    if (sessionTime === null) return;
    const now = Math.round(sessionTime * 1000);
    this.#from ??= now;
    if (this.#lookedAt !== null && now < this.#lookedAt + LOOK_MS) return;
    this.#lookedAt = now;
    const moments = momentsWorthAiring(raceOf(state));
    const names = moments.map(momentName);
    moments.forEach(({ kind }, i) => {
      if (this.#there.some((each) => isSame(each, names[i] as MomentName))) return;
      this.#found.set(kind, (this.#found.get(kind) ?? 0) + 1);
    });
    this.#there = names;
    const { memory, cue } = stepAuto(this.#memory, { now, moments, rules: this.#rules, onAir: NOTHING_CUED });
    this.#memory = memory;
    if (cue === null) return;
    const before = this.#aired.pop();
    // A more important one ends it.
    if (before !== undefined) {
      this.#aired.push({ ...before, shownMs: Math.min(before.shownMs, now - before.atMs) });
    }
    const { kind, words } = cue.moment;
    this.#aired.push({ kind, words, atMs: now, shownMs: cue.holdMs });
  }

  /** What came of it so far. */
  result(sessionId: string): DryRun {
    const found = Object.fromEntries(this.#found) as DryRun['found'];
    return { sessionId, fromMs: this.#from, toMs: this.#lookedAt, aired: this.#aired, found };
  }
}

export interface DryRunOf {
  readonly sessionId: string;
  /** The folder of its timeline. */
  readonly dir: string;
  readonly rules: AutoRules;
  /** When it began, and when its newest frame came, on the server's clock: what progress is measured by. */
  readonly startedAt: number;
  readonly lastFrameAt: number | null;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Dry runs, one at a time: folding takes of the same core as the running race. */
export class DryRuns {
  #isMaking = false;

  /** The lines of a dry run; nothing is read before the first is asked for. */
  async *lines(of: DryRunOf): AsyncGenerator<DryRunLine> {
    if (this.#isMaking) {
      yield { failed: 'Another dry run is made now. Try again when it has ended, or cancel it.' };
      return;
    }
    this.#isMaking = true;
    try {
      yield* dryRunLines(of);
    } finally {
      this.#isMaking = false;
    }
  }
}

/**
 * Folds a session from its beginning, in slices, and tells how far it has come, and at last what the show would have aired.
 * Ends without a result where `signal` is aborted.
 */
async function* dryRunLines(of: DryRunOf): AsyncGenerator<DryRunLine> {
  const { sessionId, dir, rules, startedAt, lastFrameAt, signal, log } = of;
  const recorder = new DryRunRecorder(rules);
  const spanMs = Math.max(1, (lastFrameAt ?? startedAt) - startedAt);
  let progress = 0;
  const folding = foldSession(dir, {
    repair: false,
    // Before any checkpoint: those have no states in between.
    from: Number.NEGATIVE_INFINITY,
    log,
    onRecord: (state, record) => {
      signal.throwIfAborted();
      if (record.type === 'note') return;
      progress = Math.min(1, Math.max(progress, (record.receivedAt - startedAt) / spanMs));
      recorder.take(state);
    },
  }).then(
    (folded): DryRunLine =>
      folded === null
        ? { failed: 'The timeline of the session is not here: it cannot be run again.' }
        : { dryRun: recorder.result(sessionId) },
    (error: unknown): DryRunLine | null => {
      if (signal.aborted) return null;
      const because = diskReason(error);
      log.error({ sessionId, because }, 'a dry run could not read the timeline of its session');
      return { failed: `The timeline of the session cannot be read (${because}).` };
    },
  );
  for (;;) {
    const done = await Promise.race([folding, wait(TELL_MS, 'more' as const)]);
    if (done === null) return;
    if (done !== 'more') {
      yield done;
      return;
    }
    yield { progress };
  }
}
