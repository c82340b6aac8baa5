import { titleOf } from '@okboxbox/findings';
import type { Finding, FindingEvidence } from '@okboxbox/protocol';
import { UNKNOWN } from '@okboxbox/race-view';
import { duration, words } from '../../kit/figures.js';

/** How bad it is, in a word. */
export const SEVERITY_LABELS: Readonly<Record<Finding['severity'], string>> = {
  critical: 'Critical',
  warning: 'Warning',
  info: 'Info',
};

/** A cause as it is read: `overlay_in_live_room` is "overlay in live room". */
export function causeLabel(cause: string): string {
  return cause.replaceAll('_', ' ');
}

/** A figure with its bound; times in the unit that they are read in. */
export function evidenceLabel({
  name,
  value,
  threshold,
}: Pick<FindingEvidence, 'name' | 'value' | 'threshold'>): string {
  const write = (figure: number | string) =>
    typeof figure === 'number' && /Ms$|P95$/.test(name) ? words(duration(figure)) : String(figure);
  const is = value === null ? UNKNOWN : write(value);
  return threshold === null ? is : `${is} (limit ${write(threshold)})`;
}

/** What a finding is of, in words; empty where it is the whole server. */
export function scopeLabel({ sessionId, show, relayId, socketIds, detector }: Finding['scope']): string {
  const parts = [
    show === undefined ? '' : `show ${show}`,
    sessionId === undefined ? '' : `session ${sessionId}`,
    relayId === undefined ? '' : `relay ${relayId}`,
    detector === undefined ? '' : `detector of ${titleOf(detector).toLowerCase()}`,
    socketIds === undefined || socketIds.length === 0
      ? ''
      : `${socketIds.length} ${socketIds.length === 1 ? 'socket' : 'sockets'}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** How many of each kind, as a heading says it: `2 critical, 1 warning`. */
export function countLabel(findings: readonly Pick<Finding, 'severity'>[]): string {
  const counts = (['critical', 'warning', 'info'] as const).map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? '' : `${count} ${SEVERITY_LABELS[severity].toLowerCase()}`;
  });
  return counts.filter((part) => part !== '').join(', ');
}
