import { writeFileSync } from 'node:fs';
import { chartJson, rowsOf, steady } from '../../testing/charts.js';
import type { Rig } from '../../testing/rig.js';

/** A lap chart of two cars and three laps. */
export const RIGS: Readonly<Record<string, Rig>> = {
  lapchart: {
    variant: 'playback',
    source: async (inFolder) => {
      const file = inFolder('chart.json');
      writeFileSync(file, JSON.stringify(chartJson([...rowsOf(1, steady(3, 60)), ...rowsOf(2, steady(3, 61))])));
      return file;
    },
  },
};
