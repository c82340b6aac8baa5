import type { Finding, FindingCause, FindingCode, FindingsAnswer, OpsSnapshot } from '@okboxbox/protocol';
import { DETECTOR_FAILED } from './catalogue/looking.js';
import { findingKey } from './compare-findings.js';
import { type Detector, figure, finding } from './detector.js';
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
  readonly #slow = new Map<FindingCode, Slowness>();

  /** `now` in ms, by a clock that is never set: it measures what detectors take. */
  constructor(detectors: readonly Detector[], now: () => number = () => performance.now()) {
    this.#detectors = detectors;
    this.#now = now;
  }

  look(snapshot: OpsSnapshot): Look {
    const known = knownIn(snapshot);
    const findings: Finding[] = [];
    const clear: FindingCode[] = [];
    const skipped: { code: FindingCode; because: string }[] = [];
    for (const detector of this.#detectors) {
      const { code } = detector;
      const slow = this.#slow.get(code);
      if (slow !== undefined && slow.leftOutUntil > snapshot.at) {
        findings.push(tookTooLong(snapshot, code, slow));
        skipped.push({ code, because: `It took ${Math.round(slow.tookMs)} ms, and is left out for a while.` });
        continue;
      }
      const began = this.#now();
      try {
        const because = detector.notYet(known);
        const found = because === null ? [...detector.look(known)] : [];
        if (known !== snapshot) found.push(...ofStrangers(detector, snapshot, found));
        findings.push(...found);
        if (found.length === 0 && because === null) clear.push(code);
        else if (because !== null) skipped.push({ code, because });
      } catch (error) {
        findings.push(threw(snapshot, code, error));
        skipped.push({ code, because: 'It failed.' });
      }
      this.#time(code, this.#now() - began, snapshot.at);
    }
    findings.sort((a, b) => WORST[a.severity] - WORST[b.severity] || a.since - b.since);
    return { findings, clear, skipped };
  }

  #time(code: FindingCode, tookMs: number, at: number): void {
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
      because: `${each.because} It is found only with what connections without a token or link do, so it changes no status.`,
    }));
}

function threw(snapshot: OpsSnapshot, code: FindingCode, error: unknown): Finding {
  return finding(snapshot, DETECTOR_FAILED, 'threw', {
    summary: `The detector of ${code} failed: nobody looks for it.`,
    because: 'It threw where it should have found something or nothing.',
    evidence: [figure('detector', code), figure('error', error instanceof Error ? error.name : typeof error)],
    scope: { detector: code },
  });
}

function tookTooLong(snapshot: OpsSnapshot, code: FindingCode, { tookMs }: Slowness): Finding {
  return finding(snapshot, DETECTOR_FAILED, 'took_too_long', {
    summary: `The detector of ${code} takes too long and is left out for a while.`,
    because: 'Looking must not hold up the show.',
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
    ...{ code, cause: cause as FindingCause, since, scope },
    ...(isOfStrangers && { isOfStrangers }),
  }));
}
