import type { OpsHistory } from '@okboxbox/protocol';
import { duration, perSecond, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { Nothing } from '../../kit/states.js';
import { TimeChart } from '../../kit/time-chart.js';
import { useOps } from '../use-ops.js';

/** The last 15 minutes of a session: what came in, and how late it was. */
export function SessionHistory({ sessionId }: { sessionId: string }) {
  const { data, missing } = useOps('history', {});
  if (missing?.kind === 'not_there' || data === undefined) return null;
  const figures = data.sessions.find((each) => each.sessionId === sessionId)?.figures;
  if (figures === undefined) {
    return (
      <Panel title="Last 15 minutes">
        <Nothing>No history yet. The first figures come five seconds after the start.</Nothing>
      </Panel>
    );
  }
  const times = timesOf(data, figures.framesPerSec.length);
  return (
    <div className="ops-two">
      <Panel title="Frames in" aside="per second, last 15 minutes">
        <TimeChart
          label="Frames in per second, over the last 15 minutes"
          times={times}
          lines={[{ name: 'frames', values: figures.framesPerSec, colour: '--pit' }]}
          format={(value) => words(perSecond(value))}
        />
      </Panel>
      <Panel title="Latency" aside="95th percentile, last 15 minutes">
        <TimeChart
          label="Drift and queue age, over the last 15 minutes"
          times={times}
          lines={[
            { name: 'queue age', values: figures.queueAgeP95Ms, colour: '--warn' },
            { name: 'drift', values: figures.driftP95, colour: '--best' },
          ]}
          format={(value) => words(duration(value))}
        />
      </Panel>
    </div>
  );
}

/** The instants of the points of a history, oldest first. */
function timesOf({ at, stepMs }: OpsHistory, points: number): readonly number[] {
  return Array.from({ length: points }, (_, index) => at - (points - 1 - index) * stepMs);
}
