import { RELAY_PROTOCOL_VERSION } from '@okboxbox/protocol';

/** How a relay of tests greets that plays a recording to the show `local`. */
export const HELLO = {
  relayId: 'rig',
  run: 'run-1',
  version: '0',
  protocol: RELAY_PROTOCOL_VERSION,
  source: 'test',
  sim: 'iracing',
  show: 'local',
  simSessionKey: '77:0',
  playback: true,
};

/** How a relay of tests greets that reads a running sim, for a registry: without a show. */
export const LIVE_HELLO = {
  relayId: 'rig',
  run: '1',
  version: '0',
  protocol: RELAY_PROTOCOL_VERSION,
  source: 'test',
  sim: 'iracing',
  simSessionKey: '7:0',
  playback: false,
};
