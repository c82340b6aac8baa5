import type { Drill, SystemDrill } from './drill.js';
import { RaceFeed } from './race-feed.js';

const CODE = 'MAIN_FEED_LOST';
/** The relay that feeds every system. */
const SYSTEMS_OWN = 'drill-pc';

const othersKeepItGoing: SystemDrill = {
  name: 'main-feed-others-keep-it-going',
  code: CODE,
  cause: 'others_keep_it_going',
  what: 'Two PCs of a crew feed one session; the main feed stops, and the other continues.',
  fix: 'Make another relay the main feed.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const beganAt = Date.now();
    const first = await RaceFeed.start(system, 'crew-pc-1', '4711:1', beganAt);
    const second = await RaceFeed.start(system, 'crew-pc-2', '4711:1', beganAt);
    await system.direct('show:follow', { relayId: first.relayId });
    await first.finish();
    return async () => {
      await system.direct('show:follow', { relayId: SYSTEMS_OWN });
      await second.finish();
    };
  },
};

const othersRunElsewhere: SystemDrill = {
  name: 'main-feed-others-run-elsewhere',
  code: CODE,
  cause: 'others_run_elsewhere',
  what: 'The main feed ends its session and disconnects, and another relay feeds its own session.',
  fix: 'Make the relay that feeds the race the main feed.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const main = await RaceFeed.start(system, 'main-pc', '4712:1');
    await system.direct('show:follow', { relayId: main.relayId });
    await main.finish();
    return () => system.direct('show:follow', { relayId: SYSTEMS_OWN });
  },
};

/** The drills of a main feed that is lost. */
export const MAIN_FEED_LOST: readonly Drill[] = [othersKeepItGoing, othersRunElsewhere];
