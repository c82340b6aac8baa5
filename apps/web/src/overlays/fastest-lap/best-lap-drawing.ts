import type { BestLapCard, ClassBest } from '@okboxbox/race-view';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { arrive, part, showClass, showFigure } from '../drawing/parts.js';

/** The drawn card of a best lap. What it showed stays while it leaves the air. */
export class BestLapDrawing {
  readonly #stage: Stage;
  readonly #body: HTMLElement;
  readonly #title: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #number: HTMLElement;
  readonly #name: HTMLElement;
  readonly #about: HTMLElement;
  readonly #lap: HTMLElement;
  readonly #classes: DrawnList<number, ClassLine>;
  readonly #names: FittedTexts;
  readonly #classNames: FittedTexts;
  #shown = '';

  constructor(stage: Stage) {
    this.#stage = stage;
    const make = (name: string) => stage.create('span', name);
    this.#title = stage.create('div', 'best-title');
    this.#bar = stage.create('i', 'class-bar');
    this.#number = make('number');
    this.#name = make('fitted best-name');
    this.#about = make('fitted best-about');
    this.#lap = make('figure best-time');
    this.#names = new FittedTexts(stage);
    this.#classNames = new FittedTexts(stage);
    const classes = stage.create('div', 'best-classes');
    this.#classes = new DrawnList(
      classes,
      () => new ClassLine(stage),
      ({ name }) => this.#classNames.drop(name),
    );
    const names = part(stage, 'span', 'best-names', this.#name, this.#about);
    const main = part(stage, 'div', 'best-main', this.#bar, this.#number, names, this.#lap);
    this.#body = part(stage, 'div', 'best-body', this.#title, main, classes);
    stage.element.append(this.#body);
  }

  /** Draws a card; `null`: there is none to show now. */
  draw(card: BestLapCard | null): void {
    this.#stage.element.toggleAttribute('data-empty', card === null && this.#shown === '');
    if (card === null) return;
    setText(this.#title, card.title);
    showClass(this.#bar, card.colour);
    setText(this.#number, `#${card.carNumber}`);
    this.#names.set(this.#name, card.name);
    this.#names.set(this.#about, card.about);
    showFigure(this.#lap, card.lap);
    const lines = this.#classes.show(card.ofClasses.map(({ car }) => car));
    for (const [i, each] of card.ofClasses.entries()) {
      const line = lines[i];
      if (line === undefined) continue;
      this.#classNames.set(line.name, each.name);
      line.draw(each);
    }
    this.#names.fit();
    this.#classNames.fit();
    const shown = `${card.car} ${card.lap.text}`;
    if (this.#shown !== '' && this.#shown !== shown && !card.lap.isEstimated) arrive(this.#body);
    this.#shown = shown;
  }
}

class ClassLine {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #class: HTMLElement;
  readonly #number: HTMLElement;
  readonly #lap: HTMLElement;

  constructor(stage: Stage) {
    this.#bar = stage.create('i', 'class-bar');
    this.#class = stage.create('span', 'best-class');
    this.#number = stage.create('span', 'number');
    this.name = stage.create('span', 'fitted');
    this.#lap = stage.create('span', 'figure');
    this.element = part(stage, 'div', 'best-line', this.#bar, this.#class, this.#number, this.name, this.#lap);
  }

  draw(of: ClassBest): void {
    showClass(this.#bar, of.colour);
    setText(this.#class, of.className);
    setText(this.#number, `#${of.carNumber}`);
    showFigure(this.#lap, { ...of.lap, tone: 'plain' });
  }
}
