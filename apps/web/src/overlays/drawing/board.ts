import type { FeedState } from '@okboxbox/protocol';
import { type BoardPage, onAirAt } from '@okboxbox/race-view';
import type { Picture, ResultBoard } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';
import { Pages } from './pages.js';
import { arrive, part, showClass } from './parts.js';

/** What a board does with the rows of its page. */
export type ShowRows<Row> = (rows: readonly Row[]) => void;

/** A board of the slot `results`, page after page: a title, what the page is about, and its rows. */
export class Board<Row> {
  readonly #stage: Stage;
  readonly #title: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #about: HTMLElement;
  readonly #chip: HTMLElement;
  readonly #count: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #pagesOf: (race: FeedState) => readonly BoardPage<Row>[];
  readonly #showRows: ShowRows<Row>;
  readonly #turning: Pages;
  readonly #board: ResultBoard;
  #pages: readonly BoardPage<Row>[] = [];
  #isOn = false;
  #shown = '';

  /** `rows` is the element that `showRows` fills. */
  constructor(
    stage: Stage,
    of: { readonly board: ResultBoard; readonly secondsEach: number; readonly rows: HTMLElement },
    pagesOf: (race: FeedState) => readonly BoardPage<Row>[],
    showRows: ShowRows<Row>,
  ) {
    this.#stage = stage;
    this.#board = of.board;
    this.#rows = of.rows;
    this.#pagesOf = pagesOf;
    this.#showRows = showRows;
    this.#turning = new Pages(stage, of.secondsEach * 1000, () => this.#show());
    this.#title = stage.create('span', 'board-title');
    this.#bar = stage.create('i', 'class-bar');
    this.#about = stage.create('span', 'fitted');
    this.#chip = part(stage, 'span', 'board-about', this.#bar, this.#about);
    this.#count = stage.create('span', 'board-count');
    stage.element.append(part(stage, 'div', 'board-head', stage.logo, this.#title, this.#chip, this.#count), of.rows);
  }

  /** Draws a picture: what is on the board stays while it leaves the air. */
  draw({ race, at }: Picture): void {
    const isOn = onAirAt(race.onAir, at).results?.of === this.#board;
    if (isOn && !this.#isOn) this.#turning.start();
    this.#isOn = isOn;
    if (isOn) this.#pages = this.#pagesOf(race);
    this.#stage.element.toggleAttribute('data-empty', this.#pages.length === 0);
    if (isOn) this.#show();
  }

  #show(): void {
    const number = this.#turning.page(this.#pages.length);
    const page = this.#pages[number];
    if (page === undefined) return;
    setText(this.#title, page.title);
    showClass(this.#bar, page.colour);
    setText(this.#about, page.about);
    this.#chip.toggleAttribute('data-class', page.colour !== null);
    setText(this.#count, this.#pages.length > 1 ? `${number + 1}/${this.#pages.length}` : '');
    this.#showRows(page.rows);
    const shown = `${number} ${page.about}`;
    if (this.#shown !== '' && this.#shown !== shown) arrive(this.#rows);
    this.#shown = shown;
  }
}
