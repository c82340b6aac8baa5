import './delay-strip.css';
import { DELAY_PRESETS_MS } from '@okboxbox/protocol';
import { useRef } from 'react';
import { delayLabel } from '../format.js';
import { useWidth } from '../kit/use-width.js';
import { type DelaySample, HISTORY_MS } from './desk-store.js';

const HEIGHT = 84;
const LEFT = 44;
const TOP = 8;
const BOTTOM = 16;

/** Measured delay over the last minutes, with what was set as a dashed line behind it. */
export function DelayStrip({ history, now }: { history: readonly DelaySample[]; now: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const highest = Math.max(1_000, ...history.flatMap(({ setMs, measuredMs }) => [setMs, measuredMs ?? 0]));
  const top = DELAY_PRESETS_MS.find((preset) => preset >= highest * 1.05) ?? Math.ceil(highest / 10_000) * 10_000;
  const x = (at: number) => LEFT + (1 - Math.min(1, (now - at) / HISTORY_MS)) * (width - LEFT);
  const y = (ms: number) => TOP + (1 - Math.min(1, ms / top)) * (HEIGHT - TOP - BOTTOM);
  const path = (of: (sample: DelaySample) => number | null) => {
    let isDown = false;
    return history
      .map((sample) => {
        const value = of(sample);
        const step = value === null ? '' : `${isDown ? 'L' : 'M'}${x(sample.at).toFixed(1)} ${y(value).toFixed(1)}`;
        isDown = value !== null;
        return step;
      })
      .join('');
  };
  return (
    <div className="delay-strip" ref={frame}>
      <svg
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label="Measured delay over the last five minutes"
      >
        {[0, top].map((ms) => (
          <g key={ms}>
            <line x1={LEFT} x2={width} y1={y(ms)} y2={y(ms)} stroke="var(--line)" />
            <text x={LEFT - 6} y={y(ms) + 4} textAnchor="end">
              {delayLabel(ms)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 2}>
          5 min ago
        </text>
        <text x={width} y={HEIGHT - 2} textAnchor="end">
          now
        </text>
        <path d={path(({ setMs }) => setMs)} fill="none" stroke="var(--faint)" strokeDasharray="4 4" />
        <path d={path(({ measuredMs }) => measuredMs)} fill="none" stroke="var(--ink)" strokeWidth="1.5" />
      </svg>
    </div>
  );
}
