import './sparkline.css';
import { sparkOf } from './sparkline-path.js';

const WIDTH = 160;
const HEIGHT = 28;

/** The last while of a figure as a line, oldest first; gaps where it was not known. */
export function Sparkline({
  values,
  name,
  format,
  tone = 'plain',
}: {
  values: readonly (number | null)[] | undefined;
  /** What it is, for who cannot see it. */
  name: string;
  format: (value: number) => string;
  tone?: 'plain' | 'warn' | 'bad';
}) {
  const spark = values === undefined ? null : sparkOf(values, WIDTH, HEIGHT);
  if (spark === null) return <span className="sparkline" data-empty />;
  const label = `${name}: between ${format(spark.least)} and ${format(spark.most)} in the last 15 minutes`;
  return (
    <svg
      className="sparkline"
      data-tone={tone}
      viewBox={`-1 -2 ${WIDTH + 4} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path d={spark.path} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
