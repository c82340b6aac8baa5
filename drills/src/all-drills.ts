import { BROADCAST_DELAY_NOT_WORKING } from './broadcast-delay.js';
import { CLOCK_DRIFT } from './clock-drift.js';
import { DASHBOARD_STALE } from './dashboard-stale.js';
import { DB_LATENCY } from './database-latency.js';
import type { Drill } from './drill.js';
import { MAIN_FEED_LOST } from './main-feed-lost.js';
import { RELAY_NOT_CONNECTING } from './relay-not-connecting.js';
import { SETTINGS_NOT_STORED } from './settings-not-stored.js';
import { SUBSCRIPTIONS_STUCK } from './subscriptions-stuck.js';

/** Every drill, in the order of the runbook. */
export const DRILLS: readonly Drill[] = [
  ...RELAY_NOT_CONNECTING,
  ...DASHBOARD_STALE,
  ...CLOCK_DRIFT,
  ...SUBSCRIPTIONS_STUCK,
  ...BROADCAST_DELAY_NOT_WORKING,
  ...MAIN_FEED_LOST,
  ...DB_LATENCY,
  ...SETTINGS_NOT_STORED,
];
