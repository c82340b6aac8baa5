import './key-hint.css';

/** A key, drawn as what it is, on the button that it presses. */
export function KeyHint({ children }: { children: string | null }) {
  return <kbd>{children}</kbd>;
}
