import { headline, type TickerCell, tickerNews, tickerPages } from '@okboxbox/race-view';
import type { Picture } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { Pages } from '../drawing/pages.js';
import { arrive, part, setData, showClass, showFigure } from '../drawing/parts.js';

/** Cars of a page. */
const CARS_EACH = 4;

/** The drawn ticker: its pages come in one after the other, by transform alone. */
export class TickerDrawing {
  readonly #lap: HTMLElement;
  readonly #cells: HTMLElement;
  readonly #news: HTMLElement;
  readonly #drawn: readonly TickerCar[];
  readonly #names: FittedTexts;
  readonly #newsTexts: FittedTexts;
  readonly #turning: Pages;
  readonly #classNamed: string | null;
  #picture: Picture | null = null;
  #shown = -1;
  /** The newest event that has had its page, and in which round of the pages it had it. */
  #told = { id: 0, round: 0, text: '' };

  constructor(stage: Stage, classNamed: string | null, secondsEach: number) {
    this.#classNamed = classNamed;
    this.#lap = stage.create('span', 'ticker-lap');
    this.#cells = stage.create('div', 'ticker-cells');
    this.#news = stage.create('div', 'fitted ticker-news');
    this.#names = new FittedTexts(stage);
    this.#newsTexts = new FittedTexts(stage);
    this.#drawn = Array.from({ length: CARS_EACH }, () => new TickerCar(stage));
    this.#cells.append(...this.#drawn.map(({ element }) => element));
    stage.element.append(
      part(stage, 'div', 'ticker-strip', this.#lap, part(stage, 'div', 'ticker-window', this.#cells, this.#news)),
    );
    this.#turning = new Pages(stage, secondsEach * 1000, () => this.#show());
    this.#turning.start();
  }

  /** Draws a picture. */
  draw(picture: Picture): void {
    this.#picture = picture;
    this.#show();
  }

  #show(): void {
    if (this.#picture === null) return;
    const { race } = this.#picture;
    setText(this.#lap, headline(race));
    this.#names.expect(race.entries.map(({ name }) => name));
    const pages = tickerPages(race, this.#classNamed, CARS_EACH);
    // One more page in each round: what has happened, where something has.
    const turn = this.#turning.page(pages.length + 1);
    const round = this.#turning.rounds(pages.length + 1);
    if (turn === pages.length && this.#told.round <= round) {
      const news = tickerNews(race, this.#told.id);
      this.#told = { id: news?.id ?? this.#told.id, round: round + 1, text: news?.text ?? '' };
    }
    const isNews = turn === pages.length && this.#told.text !== '';
    this.#cells.hidden = isNews;
    this.#news.hidden = !isNews;
    if (isNews) {
      this.#newsTexts.set(this.#news, this.#told.text);
      this.#newsTexts.fit();
    } else {
      this.#showCars(pages[turn] ?? pages[0] ?? []);
    }
    if (this.#shown >= 0 && this.#shown !== turn) arrive(isNews ? this.#news : this.#cells);
    this.#shown = turn;
  }

  #showCars(cars: readonly TickerCell[]): void {
    for (const [i, cell] of this.#drawn.entries()) {
      const car = cars[i];
      cell.element.toggleAttribute('data-none', car === undefined);
      if (car === undefined) continue;
      this.#names.set(cell.name, car.name);
      cell.draw(car);
    }
    this.#names.fit();
  }
}

class TickerCar {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly #position: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #figure: HTMLElement;

  constructor(stage: Stage) {
    this.#position = stage.create('span', 'ticker-position');
    this.#bar = stage.create('i', 'class-bar');
    this.name = stage.create('span', 'fitted');
    this.#figure = stage.create('span', 'figure');
    this.element = part(stage, 'div', 'ticker-car', this.#position, this.#bar, this.name, this.#figure);
  }

  draw(car: TickerCell): void {
    setText(this.#position, car.position);
    showClass(this.#bar, car.colour);
    showFigure(this.#figure, car.figure);
    setData(this.#figure, 'word', car.isWord ? '' : null);
  }
}
