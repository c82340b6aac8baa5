// Made by `npm run generate`: do not edit.
import { BROADCAST_DELAY_NOT_WORKING } from './broadcast-delay-not-working.js';
import { CLOCK_DRIFT } from './clock-drift.js';
import { DASHBOARD_STALE } from './dashboard-stale.js';
import { DB_LATENCY } from './db-latency.js';
import { DISK } from './disk.js';
import type { Drill } from './drill.js';
import { MAIN_FEED_LOST } from './main-feed-lost.js';
import { RELAY_NOT_CONNECTING } from './relay-not-connecting.js';
import { SESSION_DAMAGED } from './session-damaged.js';
import { SETTINGS_NOT_STORED } from './settings-not-stored.js';
import { SUBSCRIPTIONS_STUCK } from './subscriptions-stuck.js';

/** The drills of every failure mode, in the order of the alphabet. */
export const EVERY_DRILL: readonly Drill[] = [
  ...BROADCAST_DELAY_NOT_WORKING,
  ...CLOCK_DRIFT,
  ...DASHBOARD_STALE,
  ...DB_LATENCY,
  ...DISK,
  ...MAIN_FEED_LOST,
  ...RELAY_NOT_CONNECTING,
  ...SESSION_DAMAGED,
  ...SETTINGS_NOT_STORED,
  ...SUBSCRIPTIONS_STUCK,
];
