import './skeleton.css';

/** The outline of something that is on its way, as large as `style` says. */
export function Skeleton({ width, height }: { width?: number | string; height?: number }) {
  return <span className="skeleton" style={{ width, height }} />;
}
