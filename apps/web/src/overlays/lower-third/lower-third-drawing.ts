import {
  type AirLap,
  type DriverCard,
  driverCard,
  type NextCar,
  onAirAt,
  shownDriver,
  UNKNOWN,
} from '@okboxbox/race-view';
import type { Picture } from '../define-overlay.js';
import { type Stage, setText } from '../draw-overlay.js';
import { DrawnList } from '../drawing/drawn-list.js';
import { FittedTexts } from '../drawing/fitted-texts.js';
import { arrive, part, setData, showClass, showFigure } from '../drawing/parts.js';
import { TextsInLine } from '../drawing/texts-in-line.js';

/** A figure with what it is called, and a mark behind it. */
interface Labelled {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly figure: HTMLElement;
  readonly mark: HTMLElement;
}

/** The drawn lower third. What it showed stays while it leaves the air. */
export class LowerThird {
  readonly #stage: Stage;
  readonly #body: HTMLElement;
  readonly #position: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #number: HTMLElement;
  readonly #name: HTMLElement;
  readonly #state: HTMLElement;
  readonly #aboutLine: HTMLElement;
  readonly #about: HTMLElement;
  readonly #class: HTMLElement;
  readonly #start: Labelled;
  readonly #lastLap: Labelled;
  readonly #bestLap: Labelled;
  readonly #ahead: Labelled;
  readonly #behind: Labelled;
  readonly #crew: HTMLElement;
  readonly #crewNames: DrawnList<string, { readonly element: HTMLElement }>;
  readonly #names: FittedTexts;
  readonly #abouts: FittedTexts;
  readonly #crewTexts: TextsInLine;
  #car: number | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
    const make = (tag: string, name: string) => stage.create(tag, name);
    this.#position = make('span', 'lower-position');
    this.#bar = make('i', 'class-bar');
    this.#number = make('span', 'number lower-number');
    this.#name = make('span', 'fitted lower-name');
    this.#state = make('span', 'state-word');
    this.#about = make('span', 'fitted');
    this.#class = make('span', 'lower-class');
    this.#start = labelled(stage, 'Grid');
    this.#lastLap = labelled(stage, 'Last');
    this.#bestLap = labelled(stage, 'Best');
    this.#ahead = labelled(stage, 'Ahead');
    this.#behind = labelled(stage, 'Behind');
    this.#crew = make('div', 'lower-crew');
    this.#names = new FittedTexts(stage);
    this.#abouts = new FittedTexts(stage);
    this.#crewTexts = new TextsInLine(stage);
    this.#crewNames = new DrawnList(
      this.#crew,
      () => ({ element: make('span', 'fitted') }),
      ({ element }) => this.#crewTexts.drop(element),
    );
    this.#aboutLine = part(stage, 'div', 'lower-about', this.#about, this.#class);
    this.#body = part(
      stage,
      'div',
      'lower-body',
      part(stage, 'div', 'lower-head', this.#position, this.#bar, this.#number, this.#name, this.#state),
      this.#aboutLine,
      part(
        stage,
        'div',
        'lower-figures',
        ...[this.#start, this.#lastLap, this.#bestLap, this.#ahead, this.#behind].map(({ element }) => element),
      ),
      this.#crew,
    );
    stage.element.append(this.#body);
  }

  /** Draws a picture. */
  draw({ race, at }: Picture): void {
    const onAir = onAirAt(race.onAir, at);
    const car = shownDriver({ ...race, onAir });
    const card = car === null ? null : driverCard(race, car);
    // What was taken off leaves as it was; where nobody says any more which car is on camera, its name goes at once.
    const isUnknown = card === null && onAir.driver !== null;
    this.#stage.element.toggleAttribute('data-empty', isUnknown || (card === null && this.#car === null));
    if (card === null) return;
    const isAnother = this.#car !== null && this.#car !== card.car;
    this.#car = card.car;
    this.#show(card);
    if (isAnother) arrive(this.#body);
  }

  #show(card: DriverCard): void {
    setText(this.#position, card.position);
    showClass(this.#bar, card.colour);
    setText(this.#number, `#${card.carNumber}`);
    this.#names.set(this.#name, card.name);
    setText(this.#state, card.stateWord ?? '');
    this.#state.hidden = card.stateWord === null;
    setData(this.#state, 'state', card.state);
    this.#abouts.set(this.#about, card.about);
    const ofClass = [card.className, card.overall].filter((text) => text !== null).join(' · ');
    setText(this.#class, ofClass);
    // No empty strip where neither team, car nor class is known.
    this.#aboutLine.hidden = card.about === '' && ofClass === '';
    setText(this.#start.label, card.start === null ? 'Grid' : `Grid ${card.start.grid}`);
    showFigure(this.#start.figure, card.start?.gained ?? { text: UNKNOWN, isEstimated: false });
    showLap(this.#lastLap, card.lastLap);
    showLap(this.#bestLap, card.bestLap);
    showNext(this.#ahead, 'Ahead', card.ahead);
    showNext(this.#behind, 'Behind', card.behind);
    this.#crew.hidden = card.crew.length === 0;
    const names = this.#crewNames.show(card.crew.map(({ name }) => name));
    for (const [i, { name, isDriving }] of card.crew.entries()) {
      const element = names[i]?.element;
      if (element === undefined) continue;
      this.#crewTexts.set(element, name);
      element.toggleAttribute('data-driving', isDriving);
    }
    this.#names.fit();
    this.#abouts.fit();
    this.#crewTexts.fit();
  }
}

function labelled(stage: Stage, text: string): Labelled {
  const label = stage.create('span', 'lower-label');
  const figure = stage.create('span', 'figure');
  const mark = stage.create('span', 'mark figure');
  setText(label, text);
  const line = part(stage, 'div', 'lower-value', figure, mark);
  return { element: part(stage, 'div', 'lower-figure', label, line), label, figure, mark };
}

function showLap({ figure, mark }: Labelled, lap: AirLap): void {
  showFigure(figure, lap);
  showFigure(mark, { ...lap, text: lap.mark });
}

function showNext({ label, figure }: Labelled, side: string, next: NextCar | null): void {
  setText(label, next === null ? side : `${side} #${next.carNumber}`);
  showFigure(figure, next?.gap ?? { text: UNKNOWN, isEstimated: false });
}
