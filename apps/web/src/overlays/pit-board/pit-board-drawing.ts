import type { PitLine } from '@okboxbox/race-view';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { part, setData, showClass } from '../drawing/parts.js';
import { WholeTexts } from '../drawing/whole-texts.js';

/** The drawn pit board. */
export class PitBoardDrawing {
  readonly #none: HTMLElement;
  readonly #list: DrawnList<number, PitRow>;
  readonly #names: FittedTexts;
  readonly #drivers: FittedTexts;
  readonly #numbers: WholeTexts;

  constructor(stage: Stage) {
    const labels = ['Pit lane', 'Lane', 'Box'].map((text) => {
      const label = stage.create('span', 'pit-label');
      setText(label, text);
      return label;
    });
    const rows = stage.create('div', 'pit-rows');
    this.#none = stage.create('div', 'pit-none');
    setText(this.#none, 'Nobody is in the pits');
    this.#names = new FittedTexts(stage);
    this.#drivers = new FittedTexts(stage);
    this.#numbers = new WholeTexts(stage);
    this.#list = new DrawnList(
      rows,
      () => new PitRow(stage),
      ({ name, driver, number }) => {
        this.#names.drop(name);
        this.#numbers.drop(number);
        this.#drivers.drop(driver);
      },
    );
    stage.element.append(part(stage, 'div', 'pit-head', ...labels), rows, this.#none);
  }

  /** Draws the lines of the board. */
  draw(lines: readonly PitLine[]): void {
    this.#none.hidden = lines.length > 0;
    const rows = this.#list.show(lines.map(({ car }) => car));
    for (const [i, line] of lines.entries()) {
      const row = rows[i];
      if (row === undefined) continue;
      this.#names.set(row.name, line.name);
      this.#drivers.set(row.driver, belowName(line));
      this.#numbers.set(row.number, line.carNumber);
      row.draw(line);
    }
    this.#names.fit();
    this.#drivers.fit();
    this.#numbers.fit();
  }
}

/** Who has taken over, and that the visit is over. */
function belowName({ driver, where }: PitLine): string {
  const isOver = where === 'track' ? 'Back on track' : '';
  return [driver === null ? '' : `▸ ${driver}`, isOver].filter((text) => text !== '').join(' · ');
}

class PitRow {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly driver: HTMLElement;
  readonly number: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #lane: HTMLElement;
  readonly #box: HTMLElement;

  constructor(stage: Stage) {
    const make = (name: string) => stage.create('span', name);
    this.#bar = stage.create('i', 'class-bar');
    this.number = make('number');
    this.name = make('fitted');
    this.driver = make('fitted pit-driver');
    this.#lane = make('figure');
    this.#box = make('figure pit-box');
    const names = part(stage, 'span', 'pit-names', this.name, this.driver);
    this.element = part(stage, 'div', 'pit-row', this.#bar, this.number, names, this.#lane, this.#box);
  }

  draw(line: PitLine): void {
    showClass(this.#bar, line.colour);
    setText(this.#lane, line.lane);
    setText(this.#box, line.box);
    setData(this.element, 'where', line.where);
    this.driver.hidden = belowName(line) === '';
  }
}
