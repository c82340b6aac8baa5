import './state-badge.css';
/** A state as a shape and a word: good, to be watched, bad, or off. */
export function StateBadge({ state, children }: { state: 'ok' | 'warn' | 'bad' | 'off'; children: string }) {
  return (
    <span className="state" data-state={state}>
      {children}
    </span>
  );
}
