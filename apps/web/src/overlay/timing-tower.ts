import type { FeedState } from '@okboxbox/protocol';
import { hasFinished } from '../feed/finished.js';
import { clock, lapWords } from '../format.js';
import { flagShown } from '../shell/flags.js';
import { onAirAt, type TowerChoice, type TowerRow, towerRows } from '../tower/tower-rows.js';

/** Heights on the 1920×1080 canvas, in px; as in the style sheet. */
const ROW_HEIGHT = 36;
const HEAD_HEIGHT = 52;
const SAFE_HEIGHT = 1080 * 0.9;
/** Names narrow in these steps before they are cut, in per cent. */
const WIDTHS = [100, 87, 75] as const;

/** The drawn tower: rows stay the same elements while their cars are in it, and move by transform alone. */
export class TimingTower {
  readonly #root: HTMLElement;
  readonly #lap = element('span', 'tower-lap');
  readonly #flag = element('span', 'tower-flag');
  readonly #rows = element('div', 'tower-rows');
  readonly #drawn = new Map<number, DrawnRow>();
  readonly #choice: TowerChoice;

  constructor(root: HTMLElement, choice: TowerChoice, scale: number) {
    this.#root = root;
    const fitting = Math.floor((SAFE_HEIGHT / scale - HEAD_HEIGHT) / ROW_HEIGHT);
    this.#choice = { ...choice, rows: Math.max(1, Math.min(choice.rows, fitting)) };
    root.style.setProperty('--scale', String(scale));
    const head = element('div', 'tower-head');
    head.append(this.#lap, this.#flag);
    root.append(head, this.#rows);
    // Widths were measured in another type before this one was there.
    void document.fonts.ready.then(() => {
      for (const drawn of this.#drawn.values()) drawn.fit();
    });
  }

  /** Whether the tower can be seen; it fades. */
  show(isShown: boolean): void {
    this.#root.toggleAttribute('data-shown', isShown);
  }

  /** Draws a state. With `jump` nothing glides: what was before is long gone. */
  draw(feed: FeedState, at: number | null, jump: boolean): void {
    const onAir = onAirAt(feed.onAir, at);
    this.#root.toggleAttribute('data-jump', jump);
    setText(this.#lap, headline(feed));
    const flag = flagShown(onAir.flag === null ? feed.clock.flags : [onAir.flag.flag]);
    const showsFlag = flag.colour !== 'none' && (flag.colour !== 'green' || onAir.flag !== null);
    setText(this.#flag, showsFlag ? flag.words : '');
    this.#flag.dataset.flag = showsFlag ? flag.colour : 'none';

    const rows = towerRows({ ...feed, onAir }, this.#choice);
    const shown = new Set(rows.map(({ car }) => car));
    for (const [car, drawn] of this.#drawn) {
      if (shown.has(car)) continue;
      drawn.remove();
      this.#drawn.delete(car);
    }
    for (const row of rows) {
      let drawn = this.#drawn.get(row.car);
      if (drawn === undefined) {
        drawn = new DrawnRow(this.#rows);
        this.#drawn.set(row.car, drawn);
      }
      drawn.draw(row);
    }
    this.#root.toggleAttribute(
      'data-classes',
      rows.some(({ colour }) => colour !== null),
    );
    this.#rows.style.height = `${rows.length * ROW_HEIGHT}px`;
    // Where nothing may glide, the next change may: the browser must have seen this one first.
    if (jump) void this.#root.offsetHeight;
    this.#root.removeAttribute('data-jump');
  }
}

class DrawnRow {
  readonly #row = element('div', 'tower-row');
  readonly #position = element('span', 'tower-position');
  readonly #colour = element('i', 'tower-class');
  readonly #number = element('span', 'tower-number');
  readonly #name = element('span', 'tower-name');
  readonly #figure = element('span', 'tower-figure');
  #place = -1;

  constructor(rows: HTMLElement) {
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

/** `Lap 7/18` of a race, else what is left of the session; nothing has finished before the chequered flag. */
export function headline(feed: FeedState): string {
  const { session, clock: race } = feed;
  const lap = session.type === 'race' ? lapWords(race.leaderLap, session.limitLaps) : '';
  if (hasFinished(feed)) return 'Finish';
  return lap !== '' ? lap : clock(race.remainingMs ?? race.sessionTimeMs);
}

function narrow(name: HTMLElement): void {
  for (const width of WIDTHS) {
    name.style.fontStretch = `${width}%`;
    if (name.scrollWidth <= name.clientWidth) return;
  }
}

function element(tag: string, className: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

/** Changes a text only where it is another; says whether it was. */
function setText(element: HTMLElement, text: string): boolean {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}
