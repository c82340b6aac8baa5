import type { Finding, FindingCause, FindingCode, FindingEvidence } from '@okboxbox/protocol';
import { UNKNOWN } from '../../format.js';
import { duration, words } from '../figures.js';

/** What a finding is called on the page. */
export const FINDING_TITLES: Readonly<Record<FindingCode, string>> = {
  RELAY_NOT_CONNECTING: 'Relay not connecting',
  DASHBOARD_STALE: 'Dashboard stale',
  CLOCK_DRIFT: 'Clock drift',
  SUBSCRIPTIONS_STUCK: 'Subscriptions stuck',
  BROADCAST_DELAY_NOT_WORKING: 'Broadcast delay not working',
  DB_LATENCY: 'Database slow',
  MAIN_FEED_LOST: 'Main feed lost',
  SETTINGS_NOT_STORED: 'Settings not stored',
  NO_DATA: 'No data to judge by',
  DETECTOR_FAILED: 'A detector failed',
};

/** The name of a code, or the code itself where a newer server has one that this page does not know. */
export function findingTitle(code: string): string {
  return (FINDING_TITLES as Readonly<Record<string, string>>)[code] ?? code;
}

/** How bad it is, in a word. */
export const SEVERITY_WORDS: Readonly<Record<Finding['severity'], string>> = {
  critical: 'Critical',
  warning: 'Warning',
  info: 'Info',
};

/** A cause as it is read: `overlay_in_live_room` is "overlay in live room". */
export function causeWords(cause: FindingCause): string {
  return cause.replaceAll('_', ' ');
}

/** A figure with the bound that it is held against; times in the unit that they are read in. */
export function evidenceWords({
  name,
  value,
  threshold,
}: Pick<FindingEvidence, 'name' | 'value' | 'threshold'>): string {
  const write = (figure: number | string) =>
    typeof figure === 'number' && /Ms$|P95$/.test(name) ? words(duration(figure)) : String(figure);
  const is = value === null ? UNKNOWN : write(value);
  return threshold === null ? is : `${is} (bound ${write(threshold)})`;
}

/** What a finding is of, in words; empty where it is the whole server. */
export function scopeWords({ sessionId, show, relayId, socketIds, detector }: Finding['scope']): string {
  const parts = [
    show === undefined ? '' : `show ${show}`,
    sessionId === undefined ? '' : `session ${sessionId}`,
    relayId === undefined ? '' : `relay ${relayId}`,
    detector === undefined ? '' : `detector of ${findingTitle(detector).toLowerCase()}`,
    socketIds === undefined || socketIds.length === 0
      ? ''
      : `${socketIds.length} ${socketIds.length === 1 ? 'socket' : 'sockets'}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** One key for a finding: the same code of another session is another finding. */
export function findingKey({ code, cause, scope }: Pick<Finding, 'code' | 'cause' | 'scope'>): string {
  return [code, cause, scope.show, scope.sessionId, scope.relayId, scope.detector].join('|');
}

/** How many of each kind, as a heading says it: `2 critical, 1 warning`. */
export function countWords(findings: readonly Pick<Finding, 'severity'>[]): string {
  const counts = (['critical', 'warning', 'info'] as const).map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? '' : `${count} ${SEVERITY_WORDS[severity].toLowerCase()}`;
  });
  return counts.filter((part) => part !== '').join(', ');
}
