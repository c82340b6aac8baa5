import type { Detector } from './detector.js';
import { broadcastDelayNotWorking } from './detectors/broadcast-delay-not-working.js';
import { clockDrift } from './detectors/clock-drift.js';
import { dashboardStale } from './detectors/dashboard-stale.js';
import { dbLatency } from './detectors/db-latency.js';
import { mainFeedLost } from './detectors/main-feed-lost.js';
import { noData } from './detectors/no-data.js';
import { relayNotConnecting } from './detectors/relay-not-connecting.js';
import { settingsNotStored } from './detectors/settings-not-stored.js';
import { subscriptionsStuck } from './detectors/subscriptions-stuck.js';

/** A detector for each failure mode of the runbook, in its order, and one for what is not seen at all. */
export const DETECTORS: readonly Detector[] = [
  relayNotConnecting,
  dashboardStale,
  clockDrift,
  subscriptionsStuck,
  broadcastDelayNotWorking,
  mainFeedLost,
  dbLatency,
  settingsNotStored,
  noData,
];
