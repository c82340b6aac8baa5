import './lap-plot.css';
import type { Lap } from '@okboxbox/protocol';
import { lapTime } from '@okboxbox/race-view';

const WIDTH = 340;
const HEIGHT = 140;
const LEFT = 52;
const BOTTOM = 18;
/** Slower than this against the best is drawn at the top edge: a stop must not flatten the rest. */
const CLIP = 1.12;

/** Lap times over laps: lower is faster; the best is filled, laps in the pits are squares at the edge. */
export function LapPlot({ laps, bestMs }: { laps: readonly Lap[]; bestMs: number | null }) {
  const timed = laps.filter((lap) => lap.lapTimeMs !== null && lap.from === 'line');
  if (bestMs === null || timed.length < 2) return null;
  const slowest = Math.max(...timed.map((lap) => Math.min(lap.lapTimeMs ?? 0, bestMs * CLIP)), bestMs * 1.01);
  const lastLap = Math.max(...timed.map((lap) => lap.lap));
  const firstLap = Math.min(...timed.map((lap) => lap.lap));
  const x = (lap: number) => LEFT + ((lap - firstLap) / Math.max(1, lastLap - firstLap)) * (WIDTH - LEFT - 8);
  const y = (ms: number) => 8 + (1 - (Math.min(ms, slowest) - bestMs) / (slowest - bestMs)) * (HEIGHT - BOTTOM - 16);
  const line = timed.map((lap) => `${x(lap.lap).toFixed(1)},${flip(y(lap.lapTimeMs ?? 0)).toFixed(1)}`).join(' ');
  return (
    <svg
      className="lap-plot"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Lap times, best ${lapTime(bestMs)}`}
    >
      {[bestMs, slowest].map((ms) => (
        <g key={ms}>
          <line x1={LEFT} x2={WIDTH - 8} y1={flip(y(ms))} y2={flip(y(ms))} stroke="var(--line)" />
          <text x={LEFT - 6} y={flip(y(ms)) + 4} textAnchor="end">
            {lapTime(ms).slice(0, -2)}
          </text>
        </g>
      ))}
      <text x={LEFT} y={HEIGHT - 4}>
        Lap {firstLap}
      </text>
      <text x={WIDTH - 8} y={HEIGHT - 4} textAnchor="end">
        {lastLap}
      </text>
      <polyline points={line} fill="none" stroke="var(--faint)" strokeWidth="1.5" />
      {timed.map((lap) => (
        <Point key={lap.lap} lap={lap} best={lap.lapTimeMs === bestMs} x={x(lap.lap)} y={flip(y(lap.lapTimeMs ?? 0))} />
      ))}
    </svg>
  );
}

function Point({ lap, best, x, y }: { lap: Lap; best: boolean; x: number; y: number }) {
  const words = `Lap ${lap.lap}: ${lapTime(lap.lapTimeMs)}${lap.inPit ? ', in the pits' : ''}`;
  if (lap.inPit) {
    return (
      <rect x={x - 3.5} y={y - 3.5} width={7} height={7} fill="var(--pit)">
        <title>{words}</title>
      </rect>
    );
  }
  return (
    <circle cx={x} cy={y} r={best ? 4.5 : 2.5} fill={best ? 'var(--personal)' : 'var(--soft)'}>
      <title>{words}</title>
    </circle>
  );
}

/** Faster laps lie lower, as on a stopwatch trace: turns the upward scale over. */
function flip(y: number): number {
  return HEIGHT - BOTTOM - y;
}
