import './progress.css';

/** How far something has come, from 0 to 1; moving without an end where `value` is `null`. */
export function Progress({ value, label }: { value: number | null; label: string }) {
  return <progress className="progress" aria-label={label} max={1} {...(value !== null && { value })} />;
}
