import type { Finding, OpsSnapshot } from '@okboxbox/protocol';
import type { Detector } from './failure-mode.js';

/** Findings without those that another one brings about, and the codes of these with the reason. */
export interface Explained {
  readonly findings: readonly Finding[];
  readonly because: ReadonlyMap<string, string>;
}

/**
 * Leaves out what another finding explains: one cause is one finding, with the next step that repairs it. `found` is what
 * each detector has found.
 */
export function withoutExplained(snapshot: OpsSnapshot, found: ReadonlyMap<Detector, readonly Finding[]>): Explained {
  const explained = new Map<string, Finding>();
  for (const [detector, findings] of found) {
    for (const finding of findings) {
      for (const what of detector.explains?.(finding, snapshot) ?? []) explained.set(what, finding);
    }
  }
  const because = new Map<string, string>();
  const findings = [...found.values()].flat().filter((finding) => {
    const by = explained.get(finding.code) ?? explained.get(`${finding.code}/${finding.cause}`);
    if (by === undefined) return true;
    because.set(finding.code, `What it would find is brought about by ${by.code}: ${by.cause}.`);
    return false;
  });
  return { findings, because };
}
