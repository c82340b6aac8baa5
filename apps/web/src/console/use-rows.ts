import { isArrow } from '../kit/key-presses.js';
import { useKeys } from '../kit/use-keys.js';

/**
 * `j` and `k` go from row to row, Escape closes the one that is open.
 * @param ids of the rows, in their order
 */
export function useRowKeys(
  ids: readonly string[],
  selected: string | undefined,
  select: (id: string | undefined) => void,
): void {
  useKeys((key) => {
    if (key === 'Escape') {
      if (selected === undefined) return false;
      select(undefined);
      return true;
    }
    const next = stepRow(ids, selected, key);
    if (next === undefined) return false;
    select(next);
    return true;
  }, isStep);
}

/** Keys that go from row to row, also while they are held. */
function isStep(name: string): boolean {
  return name === 'j' || name === 'k' || isArrow(name);
}

/** The row that a key leads to, or `undefined` where it leads nowhere. */
export function stepRow(ids: readonly string[], selected: string | undefined, key: string): string | undefined {
  const step = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || ids.length === 0) return undefined;
  const at = selected === undefined ? -1 : ids.indexOf(selected);
  if (at === -1) return ids[step === 1 ? 0 : ids.length - 1];
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))];
}
