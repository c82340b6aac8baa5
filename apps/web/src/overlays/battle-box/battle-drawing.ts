import { type BattleCar, battleCard, onAirAt } from '@okboxbox/race-view';
import type { Picture } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { arrive, part, setData, showClass, showFigure } from '../drawing/parts.js';
import { WholeTexts } from '../drawing/whole-texts.js';

/** Height of a car's line, in px; as in the style sheet. */
const ROW_HEIGHT = 64;

/** The drawn battle box. Lines keep their car and move by transform when two change places. */
export class BattleBox {
  readonly #stage: Stage;
  readonly #title: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #lines: DrawnList<number, BattleLine>;
  readonly #names: FittedTexts;
  readonly #numbers: WholeTexts;
  #shown = '';

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#title = stage.create('div', 'battle-title');
    this.#rows = stage.create('div', 'battle-rows');
    this.#names = new FittedTexts(stage);
    this.#numbers = new WholeTexts(stage);
    this.#lines = new DrawnList(
      this.#rows,
      () => new BattleLine(stage),
      ({ name, number }) => {
        this.#names.drop(name);
        this.#numbers.drop(number);
      },
    );
    stage.element.append(this.#title, this.#rows);
  }

  /** Draws a picture. */
  draw({ race, at }: Picture): void {
    const cued = onAirAt(race.onAir, at).battle;
    const card = cued === null ? null : battleCard(race, cued.cars);
    this.#stage.element.toggleAttribute('data-empty', card === null && this.#shown === '');
    if (card === null) return;
    setText(this.#title, card.title);
    const cars = card.cars.map(({ car }) => car).sort((a, b) => a - b);
    const lines = this.#lines.show(cars);
    for (const [place, each] of card.cars.entries()) {
      const line = lines[cars.indexOf(each.car)];
      if (line === undefined) continue;
      this.#names.set(line.name, each.name);
      this.#numbers.set(line.number, each.carNumber);
      line.draw(each, place);
    }
    this.#rows.style.height = `${card.cars.length * ROW_HEIGHT}px`;
    this.#names.fit();
    this.#numbers.fit();
    const shown = cars.join();
    if (this.#shown !== '' && this.#shown !== shown) arrive(this.#rows);
    this.#shown = shown;
  }
}

class BattleLine {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly number: HTMLElement;
  readonly #position: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #interval: HTMLElement;
  readonly #trend: HTMLElement;
  readonly #lastLap: HTMLElement;
  readonly #difference: HTMLElement;

  constructor(stage: Stage) {
    const make = (name: string) => stage.create('span', name);
    this.#position = make('battle-position');
    this.#bar = stage.create('i', 'class-bar');
    this.number = make('number');
    this.name = make('fitted battle-name');
    this.#interval = make('figure battle-interval');
    this.#trend = make('figure mark');
    this.#lastLap = make('figure battle-lap');
    this.#difference = make('figure mark');
    this.element = part(
      stage,
      'div',
      'battle-row',
      this.#position,
      this.#bar,
      this.number,
      this.name,
      part(stage, 'span', 'battle-figures', this.#interval, this.#trend),
      part(stage, 'span', 'battle-figures', this.#lastLap, this.#difference),
    );
  }

  draw(car: BattleCar, place: number): void {
    setText(this.#position, car.position);
    showClass(this.#bar, car.colour);
    if (car.stateWord !== null) showFigure(this.#interval, { text: car.stateWord, isEstimated: false, tone: 'word' });
    else showFigure(this.#interval, car.interval ?? { text: '', isEstimated: false });
    showFigure(this.#trend, { text: car.trend.mark, isEstimated: false, tone: car.trend.tone });
    showFigure(this.#lastLap, car.lastLap);
    const { lapDifference } = car;
    setText(this.#difference, lapDifference?.text ?? '');
    setData(this.#difference, 'tone', lapDifference?.isFaster === true ? 'catching' : 'plain');
    const moved = `translateY(${place * ROW_HEIGHT}px)`;
    if (this.element.style.transform !== moved) this.element.style.transform = moved;
  }
}
