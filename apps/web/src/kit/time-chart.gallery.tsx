import type { GalleryStates } from './gallery.js';
import { TimeChart } from './time-chart.js';

const TIMES = Array.from({ length: 60 }, (_, nth) => 1_764_000_000_000 + nth * 5_000);

export const STATES: GalleryStates = {
  'two lines': () => (
    <TimeChart
      label="Delay, set and measured"
      times={TIMES}
      lines={[
        { name: 'set', values: TIMES.map(() => 30_000), colour: '--soft' },
        { name: 'measured', values: TIMES.map((_, nth) => 30_000 + (nth % 7) * 40), colour: '--pit' },
      ]}
      format={(ms) => `${ms / 1000} s`}
    />
  ),
};
