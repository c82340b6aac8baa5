import type { ResultRow } from '@okboxbox/race-view';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { part, setData, showFigure } from '../drawing/parts.js';
import { WholeTexts } from '../drawing/whole-texts.js';

/** The lines of a page of the classification, below their titles. */
export class ResultRows {
  readonly element: HTMLElement;
  readonly #list: DrawnList<number, ResultLine>;
  readonly #names: FittedTexts;
  readonly #abouts: FittedTexts;
  readonly #numbers: WholeTexts;

  constructor(stage: Stage) {
    this.#names = new FittedTexts(stage);
    this.#abouts = new FittedTexts(stage);
    this.#numbers = new WholeTexts(stage);
    const titles = ['Pos', 'No.', 'Driver', 'Team or car', 'Laps', 'Gap', 'Best lap'].map((text) => {
      const title = stage.create('span', 'result-label');
      setText(title, text);
      return title;
    });
    const lines = stage.create('div', 'result-lines');
    this.element = part(stage, 'div', 'result-rows', part(stage, 'div', 'result-row result-labels', ...titles), lines);
    this.#list = new DrawnList(
      lines,
      () => new ResultLine(stage),
      ({ name, about, number }) => {
        this.#names.drop(name);
        this.#numbers.drop(number);
        this.#abouts.drop(about);
      },
    );
  }

  /** Shows the cars of a page. */
  readonly show = (rows: readonly ResultRow[]): void => {
    // Where neither is known of any car, the column would be a hole.
    this.element.toggleAttribute(
      'data-bare',
      rows.every(({ about }) => about === ''),
    );
    const lines = this.#list.show(rows.map(({ car }) => car));
    for (const [i, row] of rows.entries()) {
      const line = lines[i];
      if (line === undefined) continue;
      this.#names.set(line.name, row.name);
      this.#abouts.set(line.about, row.about);
      this.#numbers.set(line.number, row.carNumber);
      line.draw(row);
    }
    this.#names.fit();
    this.#abouts.fit();
    this.#numbers.fit();
  };
}

class ResultLine {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly about: HTMLElement;
  readonly number: HTMLElement;
  readonly #position: HTMLElement;
  readonly #laps: HTMLElement;
  readonly #gap: HTMLElement;
  readonly #bestLap: HTMLElement;

  constructor(stage: Stage) {
    const make = (name: string) => stage.create('span', name);
    this.#position = make('result-position');
    this.number = make('number');
    this.name = make('fitted');
    this.about = make('fitted result-about');
    this.#laps = make('figure');
    this.#gap = make('figure');
    this.#bestLap = make('figure');
    const cells = [this.#position, this.number, this.name, this.about, this.#laps, this.#gap, this.#bestLap];
    this.element = part(stage, 'div', 'result-row', ...cells);
  }

  draw(row: ResultRow): void {
    setText(this.#position, row.position);
    setText(this.#laps, row.laps);
    showFigure(this.#gap, row.stateWord === null ? row.gap : { text: row.stateWord, isEstimated: false });
    setData(this.#gap, 'state', row.stateWord === null ? null : row.state);
    showFigure(this.#bestLap, row.bestLap);
    setData(this.element, 'state', row.state);
  }
}
