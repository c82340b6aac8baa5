/**
 * How many animations and transitions run in a page, within shadow roots, too: the document alone names those of its own
 * elements only. Runs in the page, so it uses nothing from outside.
 */
export function runningAnimations(): number {
  const inTree = (tree: Document | ShadowRoot): number =>
    [...tree.querySelectorAll('*')].reduce(
      (sum, { shadowRoot }) => sum + (shadowRoot === null ? 0 : inTree(shadowRoot)),
      tree.getAnimations().length,
    );
  return inTree(document);
}
