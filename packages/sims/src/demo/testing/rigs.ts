import type { Rig } from '../../testing/rig.js';

/** The shortest simulated race. */
export const RIGS: Readonly<Record<string, Rig>> = {
  demo: { variant: 'playback', source: 'demo:7,cars=20,minutes=3' },
};
