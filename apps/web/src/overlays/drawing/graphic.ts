import * as z from 'zod/mini';
import { type Overlay, type OverlaySource, option, type Picture, scale } from '../define-overlay.js';
import { drawOverlay, type Stage } from '../draw-overlay.js';
import css from './graphic.css?inline';

const PLACES = [
  'usual',
  'top-left',
  'top',
  'top-right',
  'left',
  'center',
  'right',
  'bottom-left',
  'bottom',
  'bottom-right',
] as const;

/** The options that every graphic has: where it stands within the safe margins, and how large it is. */
export const standing = {
  place: option(
    z.enum(PLACES),
    'usual',
    'Where it stands, 5 % from the edges: `top-left`, `top`, `top-right`, `left`, `center`, `right`, `bottom-left`, `bottom`, `bottom-right`, or `usual` for its own place, where it leaves room for the others',
  ),
  scale,
};

/** The option of graphics that can show one class alone. */
export const classNamed = option(
  z.nullable(z.string().check(z.minLength(1), z.maxLength(60))),
  null,
  "A class's id or name: that class alone",
);

/** Where a graphic stands, as its options say. */
export interface Standing {
  readonly place: (typeof PLACES)[number];
  readonly scale: number;
}

/** What a graphic draws: a picture, and what it is to be called for when nothing new has come. */
export type Draw = (picture: Picture) => void;

/**
 * Puts a graphic into an element: with the styles that all graphics share and its own, at its place. `name` is the class
 * that its own styles begin with.
 */
export function drawGraphic(
  root: HTMLElement,
  source: OverlaySource,
  { place, scale: size }: Standing,
  look: { readonly name: string; readonly css: string },
  begin: (stage: Stage) => Draw,
): Overlay {
  return drawOverlay(root, source, { className: `graphic ${look.name}`, css: `${css}\n${look.css}` }, (stage) => {
    stage.element.dataset.place = place;
    stage.element.style.setProperty('--scale', String(size));
    return begin(stage);
  });
}
