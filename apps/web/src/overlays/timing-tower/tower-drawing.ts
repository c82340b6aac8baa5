import { flagShown, headline, onAirAt, type TowerChoice, type TowerRow, towerRows } from '@okboxbox/race-view';
import type { Picture } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';

/** Heights on the 1920×1080 canvas, in px; as in the style sheet. */
const ROW_HEIGHT = 36;
const HEAD_HEIGHT = 52;
const SAFE_HEIGHT = 1080 * 0.9;
/** Names narrow in these steps before they are cut, in per cent. */
const WIDTHS = [100, 87, 75] as const;
/** After a pause as long as this nothing glides: the source was hidden, or the machine busy. In ms. */
const JUMP_AFTER_MS = 1_500;

/** The drawn tower: rows stay the same elements while their cars are in it, and move by transform alone. */
export class TimingTower {
  readonly #stage: Stage;
  readonly #lap: HTMLElement;
  readonly #flag: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #drawn = new Map<number, DrawnRow>();
  readonly #choice: TowerChoice;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stage: Stage, choice: TowerChoice, scale: number) {
    const { element, create } = stage;
    this.#stage = stage;
    this.#lap = create('span', 'tower-lap');
    this.#flag = create('span', 'tower-flag');
    this.#rows = create('div', 'tower-rows');
    const fitting = Math.floor((SAFE_HEIGHT / scale - HEAD_HEIGHT) / ROW_HEIGHT);
    this.#choice = { ...choice, rows: Math.max(1, Math.min(choice.rows, fitting)) };
    element.style.setProperty('--scale', String(scale));
    const head = create('div', 'tower-head');
    head.append(this.#lap, this.#flag);
    element.append(head, this.#rows);
    // Widths were measured in another type before this one was there.
    void stage.fonts.ready.then(() => {
      for (const drawn of this.#drawn.values()) drawn.fit();
    });
  }

  /** Draws a picture. */
  draw({ race, at }: Picture): void {
    const { element } = this.#stage;
    const now = this.#stage.now();
    // What was before a long pause is long gone.
    const jumps = now - this.#drawnAt > JUMP_AFTER_MS;
    this.#drawnAt = now;
    element.toggleAttribute('data-jump', jumps);
    const onAir = onAirAt(race.onAir, at);
    setText(this.#lap, headline(race));
    const flag = flagShown(onAir.flag === null ? race.clock.flags : [onAir.flag.flag]);
    const showsFlag = flag.colour !== 'none' && (flag.colour !== 'green' || onAir.flag !== null);
    setText(this.#flag, showsFlag ? flag.words : '');
    this.#flag.dataset.flag = showsFlag ? flag.colour : 'none';

    const rows = towerRows({ ...race, onAir }, this.#choice);
    const shown = new Set(rows.map(({ car }) => car));
    for (const [car, drawn] of this.#drawn) {
      if (shown.has(car)) continue;
      drawn.remove();
      this.#drawn.delete(car);
    }
    for (const row of rows) {
      let drawn = this.#drawn.get(row.car);
      if (drawn === undefined) {
        drawn = new DrawnRow(this.#stage, this.#rows);
        this.#drawn.set(row.car, drawn);
      }
      drawn.draw(row);
    }
    element.toggleAttribute(
      'data-classes',
      rows.some(({ colour }) => colour !== null),
    );
    this.#rows.style.height = `${rows.length * ROW_HEIGHT}px`;
    // Where nothing may glide, the next change may: the browser must have seen this one first.
    if (jumps) void element.offsetHeight;
    element.removeAttribute('data-jump');
  }
}

class DrawnRow {
  readonly #row: HTMLElement;
  readonly #position: HTMLElement;
  readonly #colour: HTMLElement;
  readonly #number: HTMLElement;
  readonly #name: HTMLElement;
  readonly #figure: HTMLElement;
  #place = -1;

  constructor({ create }: Stage, rows: HTMLElement) {
    this.#row = create('div', 'tower-row');
    this.#position = create('span', 'tower-position');
    this.#colour = create('i', 'tower-class');
    this.#number = create('span', 'tower-number');
    this.#name = create('span', 'tower-name');
    this.#figure = create('span', 'tower-figure');
    this.#row.append(this.#position, this.#colour, this.#number, this.#name, this.#figure);
    rows.append(this.#row);
  }

  draw(row: TowerRow): void {
    setText(this.#position, row.position);
    setText(this.#number, row.carNumber);
    if (setText(this.#name, row.name)) this.fit();
    setText(this.#figure, row.figure);
    this.#colour.style.background = row.colour ?? 'transparent';
    const { dataset } = this.#row;
    dataset.state = row.state;
    dataset.mark = row.isFeatured ? 'driver' : row.inBattle ? 'battle' : 'none';
    if (row.place === this.#place) return;
    this.#place = row.place;
    this.#row.style.transform = `translateY(${row.place * ROW_HEIGHT}px)`;
  }

  /** Narrows the name until it fits. */
  fit(): void {
    narrow(this.#name);
  }

  remove(): void {
    this.#row.remove();
  }
}

function narrow(name: HTMLElement): void {
  for (const width of WIDTHS) {
    name.style.fontStretch = `${width}%`;
    if (name.scrollWidth <= name.clientWidth) return;
  }
}
