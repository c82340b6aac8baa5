import type { GridRow } from '@okboxbox/race-view';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { part, showClass } from '../drawing/parts.js';
import { WholeTexts } from '../drawing/whole-texts.js';

/** The cars of a page of the grid, two in a row, those on the right half a row further back. */
export class GridRows {
  readonly element: HTMLElement;
  readonly #list: DrawnList<number, GridCell>;
  readonly #names: FittedTexts;
  readonly #abouts: FittedTexts;
  readonly #numbers: WholeTexts;

  constructor(stage: Stage) {
    this.element = stage.create('div', 'grid-cells');
    this.#names = new FittedTexts(stage);
    this.#abouts = new FittedTexts(stage);
    this.#numbers = new WholeTexts(stage);
    this.#list = new DrawnList(
      this.element,
      () => new GridCell(stage),
      ({ name, about, number }) => {
        this.#names.drop(name);
        this.#numbers.drop(number);
        this.#abouts.drop(about);
      },
    );
  }

  /** Shows the cars of a page. */
  readonly show = (rows: readonly GridRow[]): void => {
    const cells = this.#list.show(rows.map(({ car }) => car));
    for (const [i, row] of rows.entries()) {
      const cell = cells[i];
      if (cell === undefined) continue;
      this.#names.set(cell.name, row.name);
      this.#abouts.set(cell.about, row.about);
      this.#numbers.set(cell.number, row.carNumber);
      cell.draw(row);
    }
    this.#names.fit();
    this.#abouts.fit();
    this.#numbers.fit();
  };
}

class GridCell {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly about: HTMLElement;
  readonly number: HTMLElement;
  readonly #place: HTMLElement;
  readonly #bar: HTMLElement;

  constructor(stage: Stage) {
    const make = (name: string) => stage.create('span', name);
    this.#place = make('grid-place');
    this.#bar = stage.create('i', 'class-bar');
    this.number = make('number');
    this.name = make('fitted grid-name');
    this.about = make('fitted grid-about');
    const names = part(stage, 'span', 'grid-names', this.name, this.about);
    this.element = part(stage, 'div', 'grid-cell', this.#place, this.#bar, this.number, names);
  }

  draw(row: GridRow): void {
    setText(this.#place, String(row.place));
    showClass(this.#bar, row.colour);
  }
}
