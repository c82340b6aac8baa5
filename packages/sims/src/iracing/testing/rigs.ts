import type { LiveRun, Rig, SimChange } from '../../testing/rig.js';
import { isMissing, sharedData } from '../../testing/shared-data.js';
import { DrivenSim, IMAGE } from './driven-sim.js';
import { movingCarsText } from './moving-cars.js';

const IBT = 'iracing/ibt/red-bull-ring-390-records.ibt';

async function run(ms: number, plan: Readonly<Record<number, SimChange>> = {}, isRunning = true): Promise<LiveRun> {
  const changes: Readonly<Record<SimChange, () => void>> = {
    start: () => {
      sim.isThere = true;
      sim.sim.restart();
      sim.sim.isConnected = true;
    },
    close: () => {
      sim.sim.isConnected = false;
    },
    freeze: () => {
      sim.isWriting = false;
    },
    'next-session': () => {
      sim.cars = { ...sim.cars, sessionNum: 1 };
      sim.sim.setText(movingCarsText(sim.cars));
      sim.sessionTime = 0;
    },
  };
  const sim = new DrivenSim(Object.fromEntries(Object.entries(plan).map(([at, change]) => [at, changes[change]])));
  sim.isThere = isRunning;
  const records = await sim.run(ms);
  return { records, states: sim.states };
}

/** A telemetry file, an image of memory, and a running sim. */
export const RIGS: Readonly<Record<string, Rig>> = {
  ibt: {
    variant: 'playback',
    isMissing: isMissing(IBT),
    source: async () => sharedData(IBT),
  },
  memory: {
    variant: 'playback',
    isMissing: isMissing(IMAGE),
    source: async () => sharedData(IMAGE),
  },
  iracing: { variant: 'live', isMissing: isMissing(IMAGE), run },
};
