import type { Finding, FindingsAnswer } from '@okboxbox/protocol';
import { DRILLED_CODES } from './all-drills.js';
import type { Drill } from './drill.js';
import { wait } from './running.js';
import type { ServerUnderTest } from './server-under-test.js';

/** What a drill may take to be found, and to be cleared once it is repaired, in ms. Some figures are of the last minute. */
export const FOUND_WITHIN_MS = 15_000;
export const CLEARED_WITHIN_MS = 90_000;
/** How often findings are asked for, in ms: the server looks every two seconds. */
const ASK_MS = 200;
/** Looks of the server for which what was found has to stand, and nothing else to come up, where a drill does not say. */
const LOOKS = 2;

/** A finding, as the matrix has it. */
export type Seen = Pick<Finding, 'code' | 'cause' | 'severity'>;

/** What the system has said of a drill. */
export interface Verdict {
  /** The finding of the drill's code and cause, and how long after the injection it was there; `null` where it was not. */
  readonly found: { readonly finding: Finding; readonly afterMs: number } | null;
  /** Everything of the drilled codes that was seen from the injection to the fix. */
  readonly seen: readonly Seen[];
}

function isDrilled(finding: Finding): boolean {
  return DRILLED_CODES.includes(finding.code);
}

/** Findings of a server that a drill may add to: none but those of the looking itself. */
export async function untilSilent(server: ServerUnderTest, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    const { at, findings } = await server.findings();
    const loud = findings.filter(isDrilled);
    if (at > 0 && loud.length === 0) return;
    if (performance.now() > until) throw new Error(`There are still findings after ${withinMs} ms: ${inWords(loud)}.`);
    await wait(ASK_MS);
  }
}

/** Watches what a server says from the injection on; `onAnswer` hears of each look. */
export async function watchFor(
  server: ServerUnderTest,
  { code, cause, becomes, stands = LOOKS }: Pick<Drill, 'code' | 'cause' | 'becomes' | 'stands'>,
  onAnswer: (answer: FindingsAnswer) => void = () => undefined,
): Promise<Verdict> {
  const began = performance.now();
  const seen = new Map<string, Seen>();
  let found: Verdict['found'] = null;
  let newest = 0;
  let looks = 0;
  for (;;) {
    const answer = await server.findings();
    const afterMs = performance.now() - began;
    if (answer.at !== newest) {
      newest = answer.at;
      onAnswer(answer);
      for (const finding of answer.findings.filter(isDrilled)) {
        seen.set(`${finding.code} ${finding.cause}`, {
          code: finding.code,
          cause: finding.cause,
          severity: finding.severity,
        });
      }
      const ofCause = (wanted: typeof cause | undefined) =>
        answer.findings.find((each) => each.code === code && each.cause === wanted);
      const finding = ofCause(cause);
      if (found !== null) {
        looks += 1;
        // What went away again was not found.
        if (finding === undefined && ofCause(becomes) === undefined) found = null;
      } else if (finding !== undefined) {
        found = { finding, afterMs };
        looks = 0;
      }
    }
    if (found !== null && looks >= stands) break;
    if (found === null && afterMs > FOUND_WITHIN_MS) break;
    await wait(ASK_MS);
  }
  return { found, seen: [...seen.values()] };
}

/** Waits until nothing of a code is found any more; resolves with how long that took, or with `null` where it was too long. */
export async function untilCleared(server: ServerUnderTest, code: string): Promise<number | null> {
  const began = performance.now();
  for (;;) {
    // A server that is restarted for the fix has not looked yet.
    const answer = await server.findings().catch(() => null);
    const afterMs = performance.now() - began;
    if (answer !== null && answer.at > 0 && !answer.findings.some((finding) => finding.code === code)) return afterMs;
    if (afterMs > CLEARED_WITHIN_MS) return null;
    await wait(ASK_MS);
  }
}

/** Findings in a line. */
export function inWords(findings: readonly Seen[]): string {
  return findings.map(({ code, cause, severity }) => `${code}/${cause} (${severity})`).join(', ') || 'nothing';
}
