/** A line of figures through a box, and where it ends. */
export interface Spark {
  /** One path for each stretch without a gap, in SVG's words. */
  readonly path: string;
  readonly last: { readonly x: number; readonly y: number } | null;
  readonly least: number;
  readonly most: number;
}

/**
 * Draws figures, oldest first, into a box of `width` by `height`. Zero is at the foot unless something is below it, so
 * that a small change does not look like a large one; unknown figures are gaps.
 * @returns `null` where no figure is known
 */
export function sparkOf(values: readonly (number | null)[], width: number, height: number): Spark | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const lowest = known.reduce((low, value) => Math.min(low, value));
  const highest = known.reduce((high, value) => Math.max(high, value));
  const least = Math.min(0, lowest);
  const most = Math.max(highest, least);
  const x = (index: number) => (values.length === 1 ? width : (index / (values.length - 1)) * width);
  const y = (value: number) => (most === least ? height : height - ((value - least) / (most - least)) * height);
  let path = '';
  let isDrawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      isDrawing = false;
      return;
    }
    path += `${isDrawing ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    isDrawing = true;
  });
  const lastValue = values.at(-1) ?? null;
  return {
    path,
    last: lastValue === null ? null : { x: width, y: y(lastValue) },
    least: lowest,
    most: highest,
  };
}
