import { FINDING_CAUSES, type FindingCode } from '@okboxbox/protocol';
import { BROADCAST_DELAY_NOT_WORKING } from './catalogue/broadcast-delay-not-working.js';
import { CLOCK_DRIFT } from './catalogue/clock-drift.js';
import { DASHBOARD_STALE } from './catalogue/dashboard-stale.js';
import { DB_LATENCY } from './catalogue/db-latency.js';
import type { CauseEntry, FailureMode } from './catalogue/failure-mode.js';
import { DETECTOR_FAILED, NO_DATA } from './catalogue/looking.js';
import { MAIN_FEED_LOST } from './catalogue/main-feed-lost.js';
import { RELAY_NOT_CONNECTING } from './catalogue/relay-not-connecting.js';
import { SETTINGS_NOT_STORED } from './catalogue/settings-not-stored.js';
import { SUBSCRIPTIONS_STUCK } from './catalogue/subscriptions-stuck.js';

/**
 * Every way in which the service fails that findings know, in the runbook's order: what findings say, the rules of
 * Prometheus, their tests and the runbook are all made of it.
 */
export const CATALOGUE: readonly FailureMode[] = [
  RELAY_NOT_CONNECTING,
  DASHBOARD_STALE,
  CLOCK_DRIFT,
  SUBSCRIPTIONS_STUCK,
  BROADCAST_DELAY_NOT_WORKING,
  MAIN_FEED_LOST,
  DB_LATENCY,
  SETTINGS_NOT_STORED,
  NO_DATA,
  DETECTOR_FAILED,
] as unknown as readonly FailureMode[];

/** Causes of a failure mode in their order, and `inconclusive` where it may be that. */
export function causesOf(mode: FailureMode): readonly (readonly [cause: string, entry: CauseEntry])[] {
  const known = mode.causes as Readonly<Record<string, CauseEntry>>;
  const named = (FINDING_CAUSES[mode.code as FindingCode] as readonly string[]).flatMap((cause) => {
    const entry = known[cause];
    return entry === undefined ? [] : [[cause, entry] as const];
  });
  return mode.inconclusive === null ? named : [...named, ['inconclusive', mode.inconclusive] as const];
}
