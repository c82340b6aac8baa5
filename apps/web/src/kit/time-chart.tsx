import './time-chart.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { chartTimes } from './chart-times.js';
import { timeOfDay } from './figures.js';

/** A figure over time. */
export interface ChartLine {
  readonly name: string;
  /** As many as there are instants; `null` where it was not known. */
  readonly values: readonly (number | null)[];
  /** A colour of the look, such as `--pit`. */
  readonly colour: `--${string}`;
}

/** Steps of an axis: figures are written to a tenth at most, and a step of a quarter would be written as another. */
const STEPS = [-1, 0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((step) => Number(`${step}e${power}`)));
/** Of things that are counted there is no half. */
const WHOLE_STEPS = STEPS.filter((step) => step >= 1);

/** Figures over time on one axis, with what they were where the pointer is. Redrawn only when something has changed. */
export function TimeChart({
  label,
  times,
  lines,
  format,
  isCount = false,
  height = 180,
}: {
  /** What it shows, for who cannot see it. */
  label: string;
  /** Instants in ms since the epoch, oldest first. */
  times: readonly number[];
  lines: readonly ChartLine[];
  format: (value: number) => string;
  /** Whether the figures are whole ones. */
  isCount?: boolean;
  height?: number;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const write = useRef(format);
  write.current = format;
  const shape = JSON.stringify(lines.map(({ name, colour }) => [name, colour]));

  useEffect(() => {
    const host = frame.current;
    if (host === null) return;
    const wanted = JSON.parse(shape) as [name: string, colour: string][];
    const colourOf = (token: string) => getComputedStyle(host).getPropertyValue(token).trim();
    const axis = {
      stroke: colourOf('--soft'),
      font: `12px ${getComputedStyle(host).fontFamily}`,
      grid: { stroke: colourOf('--line'), width: 1 },
      ticks: { show: false },
    };
    const made = new uPlot(
      {
        width: host.clientWidth,
        height,
        ms: 1,
        legend: { live: true },
        cursor: { y: false, points: { size: 6 } },
        scales: { y: { range: (_, least, most) => [Math.min(0, least), most <= 0 ? 1 : most * 1.1] } },
        axes: [
          { ...axis, values: (_, at) => at.map((each) => timeOfDay(each)), space: 90, size: 28 },
          {
            ...axis,
            values: (_, at) => at.map((each) => write.current(each)),
            size: 68,
            incrs: isCount ? WHOLE_STEPS : STEPS,
          },
        ],
        series: [
          { label: 'at', value: (_, at) => (at === null || at === undefined ? '–' : timeOfDay(at)) },
          ...wanted.map(([name, colour]) => ({
            label: name,
            stroke: colourOf(colour),
            width: 1.5,
            points: { show: false },
            value: (_: uPlot, value: number | null) => (value === null ? '–' : write.current(value)),
          })),
        ],
      },
      [[], ...wanted.map(() => [])] as uPlot.AlignedData,
      host,
    );
    chart.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height }));
    watch.observe(host);
    return () => {
      watch.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [shape, height, isCount]);

  useEffect(() => {
    chart.current?.setData([chartTimes(times), ...lines.map(({ values }) => [...values])] as uPlot.AlignedData);
  }, [times, lines]);

  return <div className="time-chart" ref={frame} role="img" aria-label={label} />;
}
