import type { FeedSession } from '@okboxbox/protocol';
import {
  carsWithNumber,
  classIdOf,
  courseOfCircle,
  courseOfShape,
  type MapCar,
  type MapCourse,
  type MapPoint,
  mapCars,
  onAirAt,
  pathAcross,
  pathOfCourse,
  placeOnCourse,
  textOn,
} from '@okboxbox/race-view';
import type { Picture } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { JUMP_AFTER_MS, setData, setStyle } from '../drawing/parts.js';
import { MapTrack } from './map-track.js';

/** The map's size, as in the style sheet, and what is free around a shape and a circle: for the cars on it, in px. */
const SIZE = 448;
const SHAPE_MARGIN = 26;
const CIRCLE_MARGIN = 39;
const CIRCLE = courseOfCircle(SIZE, CIRCLE_MARGIN);
/** Cars in the pits are this far inside the track, in px. */
const PIT_INSIDE = 40;
/** How far the line and the sectors reach to each side of the track, in px. */
const LINE_SIDE = 20;
const SECTOR_SIDE = 13;
/** A car that is further round than this since the last picture has been moved: it does not glide there. */
const MOST_OF_LAP = 0.1;

/** The drawn map. Cars move by transform alone, from picture to picture. */
export class TrackMapDrawing {
  readonly #stage: Stage;
  readonly #track: MapTrack;
  readonly #cars: DrawnList<number, DrawnCar>;
  readonly #classNamed: string | null;
  #session: Pick<FeedSession, 'shape' | 'sectorStarts'> | null = null;
  #course: MapCourse = CIRCLE;
  #numbered: ReadonlySet<number> = new Set();
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stage: Stage, classNamed: string | null) {
    this.#stage = stage;
    this.#classNamed = classNamed;
    this.#track = new MapTrack(stage, SIZE);
    const cars = stage.create('div', 'map-cars');
    this.#cars = new DrawnList(cars, () => new DrawnCar(stage));
    stage.element.append(this.#track.element, cars);
  }

  /** Draws a picture. */
  draw({ race, at }: Picture): void {
    const now = this.#stage.now();
    const jumps = now - this.#drawnAt > JUMP_AFTER_MS;
    this.#drawnAt = now;
    this.#drawTrack(race.session);
    const feed = { ...race, onAir: onAirAt(race.onAir, at) };
    const cars = mapCars(feed, classIdOf(race, this.#classNamed));
    const places = new Map(cars.map((each) => [each.car, this.#placeOf(each)]));
    // The last one is in front; the cued come before all others.
    const byImportance = [...cars].reverse().sort((a, b) => Number(b.isFeatured) - Number(a.isFeatured));
    const wanted = byImportance.map(({ car, carNumber }) => ({ car, carNumber, ...(places.get(car) as MapPoint) }));
    this.#numbered = carsWithNumber(wanted, this.#numbered);
    // Elements keep their order. Which is drawn over which is said by the level of each.
    const slots = cars.map(({ car }) => car).sort((a, b) => a - b);
    const drawn = this.#cars.show(slots);
    const byCar = new Map(slots.map((car, i) => [car, drawn[i]]));
    for (const [level, each] of cars.entries()) {
      const place = places.get(each.car) as MapPoint;
      byCar.get(each.car)?.draw(each, { course: this.#course, place, jumps }, this.#numbered.has(each.car), level);
    }
  }

  /** The track is drawn anew only where it is another: it stays the same for a whole session. */
  #drawTrack(session: FeedSession): void {
    const { shape, sectorStarts } = session;
    if (this.#session?.shape === shape && this.#session?.sectorStarts === sectorStarts) return;
    this.#session = session;
    this.#course = shape === undefined ? CIRCLE : courseOfShape(shape, SIZE, SHAPE_MARGIN);
    setData(this.#stage.element, 'form', shape === undefined ? 'circle' : 'shape');
    this.#track.draw({
      course: pathOfCourse(this.#course),
      line: pathAcross(this.#course, 0, LINE_SIDE),
      sectors: sectorStarts
        .flatMap((start) => (start > 0 ? pathAcross(this.#course, start, SECTOR_SIDE) : []))
        .join(''),
    });
  }

  #placeOf({ at, state }: MapCar): MapPoint {
    return placeOnCourse(this.#course, at, state === 'pit' ? PIT_INSIDE : 0);
  }
}

class DrawnCar {
  readonly element: HTMLElement;
  #before: { readonly course: MapCourse; readonly place: MapPoint; readonly at: number } | null = null;

  constructor(stage: Stage) {
    this.element = stage.create('span', 'map-car');
  }

  draw(
    car: MapCar,
    { course, place, jumps }: { readonly course: MapCourse; readonly place: MapPoint; readonly jumps: boolean },
    hasNumber: boolean,
    level: number,
  ): void {
    const { element } = this;
    setText(element, hasNumber ? car.carNumber : '');
    element.toggleAttribute('data-dot', !hasNumber);
    setData(element, 'state', car.state);
    setData(element, 'mark', car.isFeatured ? 'featured' : car.isLeader ? 'leader' : null);
    setStyle(element, 'background-color', car.colour ?? '');
    setStyle(element, 'color', car.colour === null ? '' : textOn(car.colour));
    setStyle(element, 'z-index', String((car.isFeatured ? 2_000 : hasNumber ? 1_000 : 0) + level));
    const before = this.#before;
    if (before !== null && place.x === before.place.x && place.y === before.place.y) return;
    this.#before = { course, place, at: car.at };
    const moved = Math.abs(car.at - (before?.at ?? 0));
    const isElsewhere = jumps || before?.course !== course || Math.min(moved, 1 - moved) > MOST_OF_LAP;
    element.toggleAttribute('data-jump', isElsewhere);
    element.style.transform = `translate(${place.x.toFixed(1)}px, ${place.y.toFixed(1)}px) translate(-50%, -50%)`;
  }
}
