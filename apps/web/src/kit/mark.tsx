/** The mark: two boxes side by side, the first outlined, the second filled. */
export function Mark() {
  return (
    <svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
      <rect x="1" y="1" width="10" height="12" fill="none" stroke="var(--box)" strokeWidth="2" />
      <rect x="14" y="0" width="12" height="14" fill="var(--box)" />
    </svg>
  );
}
