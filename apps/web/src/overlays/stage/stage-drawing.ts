import type { OverlayKind } from '@okboxbox/protocol';
import { loadOverlay } from '../catalogue.js';
import {
  isCued,
  type Look,
  type Overlay,
  type OverlaySource,
  type Picture,
  readOptions,
  USUAL_LOOK,
} from '../define-overlay.js';
import { drawOverlay, type Stage } from '../draw-overlay.js';
import { ONE_PLACE, STAGED } from './staged.js';

// Boards are above the other graphics, and a message above everything. Beside a tower (its right edge is at most at 626 px) boards are
// drawn smaller and further right. While a message is on air they are drawn below it, from its lower edge (277 px) down to the
// safe margin, so large that also the highest of them fits there.
const CSS = `
.stage-results, .stage-grid { position: absolute; inset: 0; z-index: 1; transform-origin: 960px 1026px; transition: transform 300ms ease-out; }
.stage[data-tower] :is(.stage-results, .stage-grid)[data-usual] { transform: translate(269px, -73px) scale(0.85); }
.stage[data-message] :is(.stage-results, .stage-grid)[data-usual] { transform: scale(0.76); }
.stage[data-tower][data-message] :is(.stage-results, .stage-grid)[data-usual] { transform: translateX(269px) scale(0.76); }
.stage-race-control { position: absolute; inset: 0; z-index: 2; }
.stage { position: absolute; inset: 0; width: 1920px; height: 1080px; opacity: 0; transition: opacity 300ms ease-out; }
.stage[data-shown] { opacity: 1; }
@media (prefers-reduced-motion: reduce) { .stage, .stage-results, .stage-grid { transition: none; } }`;

type StagedKind = keyof typeof STAGED;
const KINDS = Object.keys(STAGED) as readonly StagedKind[];

/** What a stage is set to. */
interface StageSettings {
  readonly scale: number;
  readonly set: string;
}

/** Puts a stage into an element: each overlay is loaded and mounted when it is first cued. */
export function mountStage(root: HTMLElement, source: OverlaySource, settings: StageSettings): Overlay {
  let stand: OverlaysOnStage | null = null;
  const outer = drawOverlay(root, source, { className: 'stage', css: CSS }, (stage) => {
    stand = new OverlaysOnStage(stage, source, settings);
    return (picture) => stand?.draw(picture);
  });
  return {
    ...outer,
    wear: (look) => {
      outer.wear(look);
      stand?.wear(look);
    },
    close: () => {
      stand?.close();
      outer.close();
    },
  };
}

/** The overlays of a stage, by their kind. */
class OverlaysOnStage {
  readonly #stage: Stage;
  readonly #source: OverlaySource;
  readonly #settings: StageSettings;
  readonly #given: ReturnType<typeof optionsByKind>;
  readonly #mounted = new Map<StagedKind, Overlay>();
  /** Kinds that are on their way, or here. */
  readonly #asked = new Set<StagedKind>();
  /** Those at the one place that are cued, in the order in which they were. */
  readonly #atOnePlace = new Set<StagedKind>();
  #picture: Picture | null = null;
  #look: Look = USUAL_LOOK;
  #isClosed = false;

  constructor(stage: Stage, source: OverlaySource, settings: StageSettings) {
    this.#stage = stage;
    this.#source = source;
    this.#settings = settings;
    this.#given = optionsByKind(settings.set);
    // What is cued later is there at once then. A script that cannot be loaded now is asked for again when it is cued.
    stage.whenIdle(() => {
      for (const kind of KINDS) loadOverlay(kind).catch(() => undefined);
    });
  }

  draw(picture: Picture): void {
    this.#picture = picture;
    for (const kind of ONE_PLACE) {
      if (!this.#isUsual(kind) || !this.#isCued(kind)) this.#atOnePlace.delete(kind);
      else this.#atOnePlace.add(kind);
    }
    const isMessage = this.#isUsual('race-control') && this.#isCued('race-control');
    this.#stage.element.toggleAttribute('data-message', isMessage);
    this.#stage.element.toggleAttribute('data-tower', this.#isCued('timing-tower'));
    for (const kind of KINDS) {
      const isOn = this.#isShown(kind);
      const overlay = this.#mounted.get(kind);
      if (overlay !== undefined) void (isOn ? overlay.show() : overlay.hide());
      else if (isOn && !this.#asked.has(kind)) void this.#mount(kind);
    }
  }

  wear(look: Look): void {
    this.#look = look;
    for (const overlay of this.#mounted.values()) overlay.wear(look);
  }

  close(): void {
    this.#isClosed = true;
    for (const overlay of this.#mounted.values()) overlay.close();
    this.#mounted.clear();
  }

  /** Of those at the one place, the one that was cued last. */
  #isShown(kind: StagedKind): boolean {
    return this.#isCued(kind) && (!this.#atOnePlace.has(kind) || [...this.#atOnePlace].at(-1) === kind);
  }

  #isCued(kind: StagedKind): boolean {
    const picture = this.#picture;
    return picture !== null && isCued(STAGED[kind], picture.race.onAir, picture.at);
  }

  #isUsual(kind: StagedKind): boolean {
    return (this.#given.get(kind)?.place ?? 'usual') === 'usual';
  }

  async #mount(kind: StagedKind): Promise<void> {
    this.#asked.add(kind);
    const definition = await loadOverlay(kind).catch(() => null);
    // Without its script it is asked for again at the next picture in which it is cued.
    if (definition === null) this.#asked.delete(kind);
    if (definition === null || this.#isClosed) return;
    const { scale } = this.#settings;
    const place = this.#stage.create('div', `stage-${kind}`);
    place.toggleAttribute('data-usual', this.#isUsual(kind));
    this.#stage.element.append(place);
    const given = { scale, ...this.#given.get(kind) };
    const overlay = definition.mount(place, this.#source, readOptions(definition.options, given));
    overlay.wear(this.#look);
    this.#mounted.set(kind, overlay);
    if (this.#isShown(kind)) void overlay.show();
  }
}

/** The options of single overlays: `KIND.OPTION:VALUE`, with a comma between two. What is none of these is left out. */
function optionsByKind(set: string): ReadonlyMap<OverlayKind, Readonly<Record<string, string>>> {
  const found = new Map<OverlayKind, Record<string, string>>();
  for (const each of set.split(',')) {
    const [, kind, name, value] = /^([\w-]+)\.(\w+):(.+)$/.exec(each.trim()) ?? [];
    const known = KINDS.find((one) => one === kind);
    if (known === undefined || name === undefined || value === undefined) continue;
    found.set(known, { ...found.get(known), [name]: value });
  }
  return found;
}
