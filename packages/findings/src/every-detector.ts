// Made by `npm run generate`: do not edit.
import { broadcastDelayNotWorking } from './broadcast-delay-not-working/detect.js';
import { clockDrift } from './clock-drift/detect.js';
import { dashboardStale } from './dashboard-stale/detect.js';
import { dbLatency } from './db-latency/detect.js';
import { disk } from './disk/detect.js';
import type { DetectedMode } from './failure-mode.js';
import { mainFeedLost } from './main-feed-lost/detect.js';
import { noData } from './no-data/detect.js';
import { relayNotConnecting } from './relay-not-connecting/detect.js';
import { sessionDamaged } from './session-damaged/detect.js';
import { settingsNotStored } from './settings-not-stored/detect.js';
import { subscriptionsStuck } from './subscriptions-stuck/detect.js';

/** The detector of every folder here, in the order of the alphabet. */
export const EVERY_DETECTOR: readonly DetectedMode[] = [
  broadcastDelayNotWorking,
  clockDrift,
  dashboardStale,
  dbLatency,
  disk,
  mainFeedLost,
  noData,
  relayNotConnecting,
  sessionDamaged,
  settingsNotStored,
  subscriptionsStuck,
];
