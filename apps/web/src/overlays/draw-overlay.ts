import tokens from '../kit/tokens.css?inline';
import { type Look, type Overlay, type OverlaySource, type Picture, USUAL_LOOK } from './define-overlay.js';
import { lookCss } from './look-css.js';

/** Nothing of the page around it is inherited: an overlay looks alike wherever it is put. */
const ALONE = ':host { all: initial; display: contents; }';

/** The element in which an overlay draws, and what it may know of where it stands. */
export interface Stage {
  /** Has `data-shown` while the overlay is on air: its styles animate that. */
  readonly element: HTMLElement;
  /** The show's logo, for an overlay that has a place for it to put there; hidden where the look has none. */
  readonly logo: HTMLElement;
  readonly fonts: FontFaceSet;
  /** Aborted when the overlay is closed. */
  readonly closed: AbortSignal;
  /** Whether it is on air, or still leaving it: nothing has to be drawn that nobody can see. */
  isSeen(): boolean;
  create(tag: string, className: string): HTMLElement;
  /** Milliseconds that only go forward. */
  now(): number;
  /** Calls back once when the page has nothing else to do. */
  whenIdle(then: () => void): void;
  /** Calls back after some ms, unless the overlay has been closed by then. */
  later(ms: number, call: () => void): void;
}

/**
 * Puts an overlay into an element: in a shadow root with its styles, drawn at each picture by what `begin` returns.
 * `className` is the class of the stage's element.
 */
export function drawOverlay(
  root: HTMLElement,
  source: OverlaySource,
  { className, css }: { readonly className: string; readonly css: string },
  begin: (stage: Stage) => (picture: Picture) => void,
): Overlay {
  const { ownerDocument } = root;
  const create = (tag: string, name: string): HTMLElement => {
    const element = ownerDocument.createElement(tag);
    element.className = name;
    return element;
  };
  const host = ownerDocument.createElement('div');
  const style = ownerDocument.createElement('style');
  style.textContent = [ALONE, tokens, css].join('\n');
  // Within a stage the shadow root of this host is in another one.
  host.setAttribute('exportparts', 'graphic, logo');
  const look = ownerDocument.createElement('style');
  const image = ownerDocument.createElement('img');
  image.className = 'logo';
  image.alt = '';
  image.part.add('logo');
  const wear = ({ theme, logo }: Look) => {
    setText(look, lookCss(theme));
    image.hidden = logo === null;
    if (logo === null) image.removeAttribute('src');
    else if (image.getAttribute('src') !== logo) image.src = logo;
  };
  wear(USUAL_LOOK);
  const element = create('div', className);
  element.part.add('graphic');
  host.attachShadow({ mode: 'open' }).append(style, look, element);
  root.append(host);
  const now = () => ownerDocument.defaultView?.performance.now() ?? 0;
  const whenIdle = (then: () => void) => {
    ownerDocument.defaultView?.requestIdleCallback(then);
  };
  const timers = new Set<number>();
  const later = (ms: number, call: () => void): void => {
    const timer = ownerDocument.defaultView?.setTimeout(() => {
      timers.delete(timer ?? 0);
      call();
    }, ms);
    if (timer !== undefined) timers.add(timer);
  };
  const closing = new AbortController();
  let isSeen = false;
  const draw = begin({
    ...{ element, logo: image, create, now, whenIdle, later },
    ...{ fonts: ownerDocument.fonts, closed: closing.signal, isSeen: () => isSeen },
  });
  let isBehind = false;
  const drawNewest = () => {
    isBehind = false;
    const picture = source.picture();
    if (picture !== null) draw(picture);
  };
  const unsubscribe = source.subscribe(() => {
    if (isSeen) drawNewest();
    else isBehind = true;
  });
  drawNewest();
  let isShown = false;
  let ended = Promise.resolve();
  const turn = (wanted: boolean, how?: 'at once'): Promise<void> => {
    if (wanted !== isShown) {
      isShown = wanted;
      isSeen = true;
      if (isBehind) drawNewest();
      // An element that the browser has not styled yet has nothing to animate from.
      void element.offsetWidth;
      element.toggleAttribute('data-shown', isShown);
      ended = animated(element).then(() => {
        if (!isShown) isSeen = false;
      });
    }
    if (how === 'at once') for (const animation of element.getAnimations()) animation.finish();
    return ended;
  };
  return {
    show: (how) => turn(true, how),
    hide: (how) => turn(false, how),
    wear,
    close: () => {
      unsubscribe();
      closing.abort();
      for (const timer of timers) ownerDocument.defaultView?.clearTimeout(timer);
      host.remove();
    },
  };
}

/** Resolves when what moves an element now has ended. */
async function animated(element: HTMLElement): Promise<void> {
  // The promise of an animation that another one replaces is rejected: it has ended, too.
  await Promise.allSettled(element.getAnimations().map(({ finished }) => finished));
}

/** Changes a text only where it is another; says whether it was. */
export function setText(element: HTMLElement, text: string): boolean {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}
