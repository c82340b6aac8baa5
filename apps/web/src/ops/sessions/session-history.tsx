import type { OpsHistory } from '@okboxbox/protocol';
import { duration, perSecond, words } from '../figures.js';
import { OpsPanel } from '../parts/panel.js';
import { Nothing } from '../parts/states.js';
import { TimeChart } from '../parts/time-chart.js';
import { useOps } from '../use-ops.js';

/** The last 15 minutes of a session: what came in, and how late it was. */
export function SessionHistory({ sessionId }: { sessionId: string }) {
  const { data, missing } = useOps('history', {});
  if (missing?.kind === 'not_there' || data === undefined) return null;
  const figures = data.sessions.find((each) => each.sessionId === sessionId)?.figures;
  if (figures === undefined) {
    return (
      <OpsPanel title="Last 15 minutes">
        <Nothing>No figure of this session is kept yet: the first comes within five seconds of its start.</Nothing>
      </OpsPanel>
    );
  }
  const times = timesOf(data, figures.framesPerSec.length);
  return (
    <div className="ops-two">
      <OpsPanel title="Frames in" aside="a second, last 15 minutes">
        <TimeChart
          label="Frames in a second, over the last 15 minutes"
          times={times}
          lines={[{ name: 'frames', values: figures.framesPerSec, colour: '--pit' }]}
          format={(value) => words(perSecond(value))}
        />
      </OpsPanel>
      <OpsPanel title="How late" aside="95 of 100 were sooner, last 15 minutes">
        <TimeChart
          label="Drift and queue age, over the last 15 minutes"
          times={times}
          lines={[
            { name: 'queue age', values: figures.queueAgeP95Ms, colour: '--warn' },
            { name: 'drift', values: figures.driftP95, colour: '--best' },
          ]}
          format={(value) => words(duration(value))}
        />
      </OpsPanel>
    </div>
  );
}

/** The instants of the points of a history, oldest first. */
function timesOf({ at, stepMs }: OpsHistory, points: number): readonly number[] {
  return Array.from({ length: points }, (_, index) => at - (points - 1 - index) * stepMs);
}
