import type { RelayStatus } from '@okboxbox/protocol';

/** What a relay says of itself to which nothing special happens: every frame is sent, nothing waits. */
export const RELAY_STATUS: RelayStatus = {
  version: '0',
  source: 'iracing',
  rateHz: 10,
  maxHz: null,
  queue: { records: 0, bytes: 0, oldestMs: 0, lost: 0 },
  cars: null,
  cpu: 0,
  memoryBytes: 1,
  wallStepMs: 0,
};
