import type { AirFigure } from '@okboxbox/race-view';
import { type Stage, setText } from '../draw-overlay.js';

/** After a pause as long as this nothing glides: it was not seen, or the machine busy. In ms. */
export const JUMP_AFTER_MS = 1_500;

/** An element with others in it. */
export function part(
  { create }: Stage,
  tag: string,
  className: string,
  ...inside: readonly HTMLElement[]
): HTMLElement {
  const element = create(tag, className);
  element.append(...inside);
  return element;
}

/** Shows a figure: how it is coloured says whose best it is, or that it is estimated. */
export function showFigure(element: HTMLElement, figure: AirFigure & { readonly tone?: string }): void {
  setText(element, figure.text);
  setData(element, 'tone', figure.tone ?? null);
  element.toggleAttribute('data-estimated', figure.isEstimated);
}

/** Shows the colour of a class; none where the session has one class. */
export function showClass(bar: HTMLElement, colour: string | null): void {
  setStyle(bar, 'background-color', colour ?? 'transparent');
  bar.toggleAttribute('data-none', colour === null);
}

/** What each element was given by `setStyle`: the browser writes a value in a form of its own. */
const given = new WeakMap<HTMLElement, Map<string, string>>();

/** Sets a property of an element's own style where it is another. The same property is not to be set in another way. */
export function setStyle(element: HTMLElement, name: string, value: string): void {
  const its = given.get(element) ?? new Map<string, string>();
  given.set(element, its);
  if (its.get(name) === value) return;
  its.set(name, value);
  element.style.setProperty(name, value);
}

/** Sets a data attribute where it is another; `null` takes it away. */
export function setData(element: HTMLElement, name: string, value: string | null): void {
  if (value === null) delete element.dataset[name];
  else if (element.dataset[name] !== value) element.dataset[name] = value;
}

const ARRIVAL: readonly Keyframe[] = [
  { opacity: 0, transform: 'translateY(12px)' },
  { opacity: 1, transform: 'none' },
];
const ARRIVAL_MS = 280;

/** Lets what is new in an element come in, unless the viewer's system asks for less motion. */
export function arrive(element: HTMLElement): void {
  const page = element.ownerDocument.defaultView;
  if (page?.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.animate([...ARRIVAL], { duration: ARRIVAL_MS, easing: 'ease-out' });
}
