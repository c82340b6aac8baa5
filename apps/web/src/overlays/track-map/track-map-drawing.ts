import { classIdOf, type MapCar, mapCars, onAirAt, textOn } from '@okboxbox/race-view';
import type { Picture } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { setData } from '../drawing/parts.js';

/** The map's size, and the radius of the circle in it, in px; as in the style sheet. */
const SIZE = 448;
const RADIUS = 185;
/** Cars in the pits are this far inside the circle, in px. */
const PIT_INSIDE = 44;
/** A car that is further round than this since the last picture has been moved: it does not glide there. */
const MOST_OF_LAP = 0.1;

/** The drawn map. Cars move by transform alone, from picture to picture. */
export class TrackMapDrawing {
  readonly #track: HTMLElement;
  readonly #cars: DrawnList<number, DrawnCar>;
  readonly #marks: DrawnList<number, { readonly element: HTMLElement }>;
  readonly #classNamed: string | null;

  constructor(stage: Stage, classNamed: string | null) {
    this.#classNamed = classNamed;
    this.#track = stage.create('div', 'map-track');
    const line = stage.create('div', 'map-line');
    const marks = stage.create('div', 'map-marks');
    const cars = stage.create('div', 'map-cars');
    this.#marks = new DrawnList(marks, () => ({ element: stage.create('i', 'map-sector') }));
    this.#cars = new DrawnList(cars, () => new DrawnCar(stage));
    stage.element.append(this.#track, marks, line, cars);
  }

  /** Draws a picture. */
  draw({ race, at }: Picture): void {
    const sectors = race.session.sectorStarts.filter((start) => start > 0);
    for (const [i, { element }] of this.#marks.show(sectors).entries()) {
      element.style.transform = `rotate(${(sectors[i] ?? 0) * 360}deg)`;
    }
    const feed = { ...race, onAir: onAirAt(race.onAir, at) };
    const cars = mapCars(feed, classIdOf(race, this.#classNamed));
    // Elements keep their order. Which is drawn over which is said by the level of each.
    const drawn = this.#cars.show(cars.map(({ car }) => car).sort((a, b) => a - b));
    const byCar = new Map(
      cars
        .map(({ car }) => car)
        .sort((a, b) => a - b)
        .map((car, i) => [car, drawn[i]]),
    );
    for (const [level, each] of cars.entries()) byCar.get(each.car)?.draw(each, level);
  }
}

class DrawnCar {
  readonly element: HTMLElement;
  #at: number | null = null;
  #radius = RADIUS;

  constructor(stage: Stage) {
    this.element = stage.create('span', 'map-car');
  }

  draw(car: MapCar, level: number): void {
    const { element } = this;
    setText(element, car.carNumber);
    setData(element, 'state', car.state);
    setData(element, 'mark', car.isFeatured ? 'featured' : car.isLeader ? 'leader' : null);
    element.style.background = car.colour ?? '';
    element.style.color = car.colour === null ? '' : textOn(car.colour);
    element.style.zIndex = String(car.isFeatured ? 1_000 : level);
    const radius = car.state === 'pit' ? RADIUS - PIT_INSIDE : RADIUS;
    if (car.at === this.#at && radius === this.#radius) return;
    this.#radius = radius;
    const moved = this.#at === null ? 1 : Math.abs(car.at - this.#at);
    element.toggleAttribute('data-jump', Math.min(moved, 1 - moved) > MOST_OF_LAP);
    this.#at = car.at;
    const angle = car.at * 2 * Math.PI;
    const [x, y] = [Math.sin(angle) * radius, -Math.cos(angle) * radius].map((part) => part + SIZE / 2);
    element.style.transform = `translate(${x?.toFixed(1)}px, ${y?.toFixed(1)}px) translate(-50%, -50%)`;
  }
}
