import { defineFileSource } from '../files/define-file-source.js';
import { openLapChart } from './lapchart-source.js';

/** A lap chart, played back as a race. */
export const lapchart = defineFileSource({
  kind: 'lapchart',
  description: "a lap chart of iRacing's results service, played back as a race",
  examples: ['lapchart:monza.json'],
  open: (path, { spec, hz }) => openLapChart(path, spec, hz()),
});
