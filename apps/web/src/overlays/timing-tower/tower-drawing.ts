import {
  flagShown,
  flagsShown,
  headline,
  onAirAt,
  type TowerChoice,
  type TowerMode,
  type TowerRow,
  towerRows,
} from '@okboxbox/race-view';
import type { Picture } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { JUMP_AFTER_MS, setData, showClass } from '../drawing/parts.js';
import { WholeTexts } from '../drawing/whole-texts.js';
import { FIGURE_TITLES, figureAt, pageAt, type TowerGap } from './rotation.js';

/** Heights on the 1920×1080 canvas, in px; as in the style sheet. */
const ROW_HEIGHT = 36;
const HEAD_HEIGHT = 80;
const SAFE_HEIGHT = 1080 * 0.9;
/** Car numbers of more characters get more room, in the same width of the tower. */
const USUAL_NUMBER = 4;

/** What a tower is set to. */
export interface TowerSettings {
  readonly rows: number;
  readonly mode: TowerMode;
  readonly gap: TowerGap;
  readonly class: string | null;
  readonly scale: number;
}

/** The drawn tower: rows stay the same elements while their cars are in it, and move by transform alone. */
export class TimingTower {
  readonly #stage: Stage;
  readonly #lap: HTMLElement;
  readonly #flag: HTMLElement;
  readonly #class: HTMLElement;
  readonly #title: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #names: FittedTexts;
  readonly #numbers: WholeTexts;
  readonly #drawn = new Map<number, DrawnRow>();
  readonly #settings: TowerSettings;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stage: Stage, settings: TowerSettings) {
    const { element, create } = stage;
    this.#stage = stage;
    this.#lap = create('span', 'tower-lap');
    this.#flag = create('span', 'tower-flag flag-patch');
    this.#class = create('span', 'tower-of');
    this.#title = create('span', 'tower-title');
    this.#rows = create('div', 'tower-rows');
    this.#names = new FittedTexts(stage);
    this.#numbers = new WholeTexts(stage);
    const { rows, scale, mode } = settings;
    const fitting = Math.floor((SAFE_HEIGHT / scale - HEAD_HEIGHT) / ROW_HEIGHT);
    this.#settings = { ...settings, rows: Math.max(1, Math.min(rows, fitting)) };
    element.style.setProperty('--scale', String(scale));
    element.dataset.mode = mode;
    const head = create('div', 'tower-head');
    head.append(stage.logo, this.#lap, this.#flag);
    const heading = create('div', 'tower-heading');
    heading.append(this.#class, this.#title);
    element.append(head, heading, this.#rows);
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
    const flag = flagShown(onAir.flag === null ? flagsShown(race) : [onAir.flag.flag]);
    const showsFlag = flag.colour !== 'none' && (flag.colour !== 'green' || onAir.flag !== null);
    setText(this.#flag, showsFlag ? flag.words : '');
    setData(this.#flag, 'flag', showsFlag ? flag.colour : 'none');

    const { gap, mode, rows: most } = this.#settings;
    const figure = figureAt(gap, at);
    const classNamed = this.#settings.class;
    const choice: TowerChoice = { rows: most, figure, mode, classNamed, page: pageAt(at) };
    const ofClass = race.session.classes.find(({ id, name }) => id === classNamed || sameName(name, classNamed));
    setText(this.#class, ofClass?.name ?? '');
    setText(this.#title, FIGURE_TITLES[figure]);
    // Also while the camera shows no car for a moment: the tower must not change its width with each shot.
    setFlag(element, 'data-camera', race.camera !== undefined);
    this.#show(towerRows({ ...race, onAir }, choice));
    if (mode !== 'compact') this.#names.expect(race.entries.map(({ name }) => name));
    this.#numbers.expect(race.entries.map(({ carNumber }) => carNumber));
    // Where nothing may glide, the next change may: the browser must have seen this one first.
    if (jumps) void element.offsetHeight;
    element.removeAttribute('data-jump');
  }

  #show(rows: readonly TowerRow[]): void {
    const { element } = this.#stage;
    const shown = new Set(rows.map(({ car }) => car));
    const free = new Map<number, DrawnRow>();
    for (const [car, drawn] of this.#drawn) {
      if (shown.has(car)) continue;
      free.set(drawn.place, drawn);
      this.#drawn.delete(car);
    }
    const isCompact = this.#settings.mode === 'compact';
    for (const row of rows) {
      // A page that turns puts other cars where these were: the rows can stay, and nothing moves.
      const drawn = this.#drawn.get(row.car) ?? free.get(row.place) ?? new DrawnRow(this.#stage, this.#rows);
      if (free.get(row.place) === drawn) free.delete(row.place);
      this.#drawn.set(row.car, drawn);
      drawn.draw(row);
      this.#names.set(drawn.name, isCompact ? row.code : row.name);
      this.#numbers.set(drawn.number, row.carNumber);
    }
    for (const drawn of free.values()) {
      drawn.remove();
      this.#names.drop(drawn.name);
      this.#numbers.drop(drawn.number);
    }
    setFlag(
      element,
      'data-long-numbers',
      rows.some(({ carNumber }) => carNumber.length > USUAL_NUMBER),
    );
    setFlag(
      element,
      'data-classes',
      rows.some(({ colour }) => colour !== null),
    );
    setFlag(
      element,
      'data-gains',
      rows.some(({ gained }) => gained !== null),
    );
    const height = `${rows.length * ROW_HEIGHT}px`;
    if (this.#rows.style.height !== height) this.#rows.style.height = height;
    this.#names.fit();
    this.#numbers.fit();
  }
}

class DrawnRow {
  readonly name: HTMLElement;
  readonly number: HTMLElement;
  readonly #row: HTMLElement;
  readonly #position: HTMLElement;
  readonly #class: HTMLElement;
  readonly #best: HTMLElement;
  readonly #gain: HTMLElement;
  readonly #figure: HTMLElement;
  /** Where it stands, in rows from the top. */
  place = -1;

  constructor({ create }: Stage, rows: HTMLElement) {
    this.#row = create('div', 'tower-row');
    this.#position = create('span', 'tower-position');
    this.#class = create('i', 'tower-class');
    this.number = create('span', 'tower-number');
    this.name = create('span', 'tower-name fitted');
    this.#best = create('span', 'tower-best');
    const mark = create('span', 'tower-mark');
    mark.append(create('i', 'tower-camera'), this.#best);
    this.#gain = create('span', 'tower-gain');
    this.#figure = create('span', 'tower-figure');
    this.#row.append(...[this.#position, this.#class, this.number, this.name], ...[mark, this.#gain, this.#figure]);
    rows.append(this.#row);
  }

  draw(row: TowerRow): void {
    setText(this.#position, row.position);
    showClass(this.#class, row.colour);
    setText(this.#best, row.isFastest ? 'FL' : '');
    setFlag(this.#row, 'data-camera', row.isOnCamera);
    setText(this.#gain, row.gained === null ? '' : gainText(row.gained));
    setData(this.#gain, 'tone', row.gained === null || row.gained === 0 ? null : row.gained > 0 ? 'gain' : 'loss');
    setText(this.#figure, row.figure);
    setData(this.#figure, 'tone', row.tone === 'plain' ? null : row.tone);
    setFlag(this.#figure, 'data-estimated', row.isEstimated);
    setData(this.#row, 'state', row.state);
    setData(this.#row, 'mark', row.isFeatured ? 'driver' : row.inBattle ? 'battle' : 'none');
    setFlag(this.#row, 'data-apart', row.isApart);
    if (row.place === this.place) return;
    this.place = row.place;
    this.#row.style.transform = `translateY(${row.place * ROW_HEIGHT}px)`;
  }

  remove(): void {
    this.#row.remove();
  }
}

function gainText(gained: number): string {
  if (gained === 0) return '=';
  return `${gained > 0 ? '▲' : '▼'}${Math.abs(gained)}`;
}

function sameName(name: string, wanted: string | null): boolean {
  return wanted !== null && name.toLowerCase() === wanted.toLowerCase();
}

/** Sets an attribute without a value only where that changes it. */
function setFlag(element: HTMLElement, name: string, isSet: boolean): void {
  if (element.hasAttribute(name) !== isSet) element.toggleAttribute(name, isSet);
}
