import type { Finding, FindingsAnswer, OpsSnapshot } from '@okboxbox/protocol';
import { findingKey } from './compare-findings.js';
import { MODE as DETECTOR_FAILED } from './detector-failed/mode.js';
import { withoutExplained } from './explained.js';
import type { Detector } from './failure-mode.js';
import { figure, finding } from './finding.js';
import { withoutStrangers } from './without-strangers.js';

/** What a detector may take of one look, in ms. */
export const BOX_MS = 25;
/** One that took longer so often in a row, or once by far, is left out for a while, in ms. */
const MOST_IN_A_ROW = 3;
const BY_FAR = 10;
export const LEFT_OUT_MS = 60_000;

/** What one look has come to. */
export type Look = Pick<FindingsAnswer, 'findings' | 'clear' | 'skipped'>;

interface Slowness {
  inARow: number;
  leftOutUntil: number;
  tookMs: number;
}

const WORST: Readonly<Record<Finding['severity'], number>> = { critical: 0, warning: 1, info: 2 };

/**
 * Runs detectors over snapshots, each by itself: one that throws becomes a finding, one that takes too long becomes a
 * finding and is left out for a while, and the others find what they find.
 */
export class Detectors {
  readonly #detectors: readonly Detector[];
  readonly #now: () => number;
  readonly #slow = new Map<string, Slowness>();

  /** `now` in ms, by a clock that is never set: it measures what detectors take. */
  constructor(detectors: readonly Detector[], now: () => number = () => performance.now()) {
    this.#detectors = detectors;
    this.#now = now;
  }

  look(snapshot: OpsSnapshot): Look {
    const known = knownIn(snapshot);
    const findings: Finding[] = [];
    const byDetector = new Map<Detector, readonly Finding[]>();
    const clear: string[] = [];
    const skipped: { code: string; because: string }[] = [];
    for (const detector of this.#detectors) {
      const { code } = detector;
      const slow = this.#slow.get(code);
      if (slow !== undefined && slow.leftOutUntil > snapshot.at) {
        findings.push(tookTooLong(snapshot, code, slow));
        skipped.push({ code, because: `It took ${Math.round(slow.tookMs)} ms, and is skipped for a minute.` });
        continue;
      }
      const began = this.#now();
      try {
        const because = detector.notYet(known);
        const found = because === null ? [...detector.look(known)] : [];
        if (known !== snapshot) found.push(...ofStrangers(detector, snapshot, found));
        byDetector.set(detector, found);
        if (found.length === 0 && because === null) clear.push(code);
        else if (because !== null) skipped.push({ code, because });
      } catch (error) {
        findings.push(threw(snapshot, code, error));
        skipped.push({ code, because: 'The detector failed.' });
      }
      this.#time(code, this.#now() - began, snapshot.at);
    }
    const explained = withoutExplained(snapshot, byDetector);
    findings.push(...explained.findings);
    const told = new Set(findings.map(({ code }) => code));
    for (const [code, because] of explained.because) if (!told.has(code)) skipped.push({ code, because });
    findings.sort((a, b) => WORST[a.severity] - WORST[b.severity] || a.since - b.since);
    return { findings, clear, skipped };
  }

  #time(code: string, tookMs: number, at: number): void {
    if (tookMs <= BOX_MS) {
      this.#slow.delete(code);
      return;
    }
    const inARow = (this.#slow.get(code)?.inARow ?? 0) + 1;
    const isTooMuch = inARow >= MOST_IN_A_ROW || tookMs > BY_FAR * BOX_MS;
    this.#slow.set(code, { inARow, tookMs, leftOutUntil: isTooMuch ? at + LEFT_OUT_MS : Number.NEGATIVE_INFINITY });
  }
}

/** A pack may lack a part of it: each detector then says by itself that it cannot do without. */
function knownIn(snapshot: OpsSnapshot): OpsSnapshot {
  try {
    return withoutStrangers(snapshot);
  } catch {
    return snapshot;
  }
}

/**
 * What is found only for what those have done who have neither a token nor a link. Anybody can do that, so it is shown and
 * is nothing worse than info.
 */
function ofStrangers(detector: Detector, snapshot: OpsSnapshot, found: readonly Finding[]): Finding[] {
  if (detector.notYet(snapshot) !== null) return [];
  const keys = new Set(found.map(findingKey));
  return detector
    .look(snapshot)
    .filter((each) => !keys.has(findingKey(each)))
    .map((each) => ({
      ...each,
      severity: 'info',
      isOfStrangers: true,
      because: `${each.because} Only connections without a token or link cause it, so it changes no status.`,
    }));
}

function threw(snapshot: OpsSnapshot, code: string, error: unknown): Finding {
  return finding(snapshot, DETECTOR_FAILED, 'threw', {
    summary: `The detector of ${code} failed: this failure mode is not checked.`,
    because: 'It threw an error.',
    evidence: [figure('detector', code), figure('error', error instanceof Error ? error.name : typeof error)],
    scope: { detector: code },
  });
}

function tookTooLong(snapshot: OpsSnapshot, code: string, { tookMs }: Slowness): Finding {
  return finding(snapshot, DETECTOR_FAILED, 'took_too_long', {
    summary: `The detector of ${code} takes too long and is skipped for a minute.`,
    because: 'Detectors must not slow down the server.',
    evidence: [figure('detector', code), figure('tookMs', Math.round(tookMs), BOX_MS)],
    scope: { detector: code },
  });
}

/** One look at one snapshot, by all of these. */
export function runDetectors(snapshot: OpsSnapshot, detectors: readonly Detector[]): Look {
  return new Detectors(detectors).look(snapshot);
}

/** What the next look is to know of this one. */
export function beforeOf(findings: readonly Finding[]): OpsSnapshot['before'] {
  return findings.map(({ code, cause, since, scope, isOfStrangers }) => ({
    code,
    cause,
    since,
    scope,
    ...(isOfStrangers && { isOfStrangers }),
  }));
}
