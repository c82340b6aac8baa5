import type { Stage } from '../draw-overlay.js';

const SVG = 'http://www.w3.org/2000/svg';

/** The parts of a drawn track, each as the `d` of an SVG path. */
export interface TrackPaths {
  readonly course: string;
  readonly line: string;
  readonly sectors: string;
}

const PARTS = ['course', 'sectors', 'line'] as const satisfies readonly (keyof TrackPaths)[];

/** The track under the cars: drawn twice, a dark edge under a light band, so that it stands out from any picture. */
export class MapTrack {
  readonly element: SVGElement;
  readonly #parts: readonly (readonly [of: keyof TrackPaths, path: SVGElement])[];

  constructor({ element }: Stage, sizePx: number) {
    const create = (tag: string, className: string): SVGElement => {
      const made = element.ownerDocument.createElementNS(SVG, tag) as SVGElement;
      made.setAttribute('class', className);
      return made;
    };
    this.element = create('svg', 'map-track');
    this.element.setAttribute('viewBox', `0 0 ${sizePx} ${sizePx}`);
    // All edges are under all bands.
    this.#parts = ['map-edge', 'map-band'].flatMap((layer) =>
      PARTS.map((of) => [of, create('path', `${layer} map-${of}`)] as const),
    );
    this.element.append(...this.#parts.map(([, path]) => path));
  }

  /** Draws a track. */
  draw(paths: TrackPaths): void {
    for (const [of, path] of this.#parts) path.setAttribute('d', paths[of]);
  }
}
