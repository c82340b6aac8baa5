import type { Refusal } from '@okboxbox/protocol';
import type { GraphicsAPI, PlayActionReturnPayload, ReturnPayload } from 'ograf';
import { FeedStore } from '../feed/feed-store.js';
import { type LoadLogo, logoLoader } from '../feed/load-logo.js';
import type { Overlay, OverlayDefinition } from '../overlays/define-overlay.js';
import { canStayOnAir } from '../overlays/page/air-time.js';
import { USUAL_DEMO } from '../overlays/page/demo/demo-choice.js';
import { runDemo } from '../overlays/page/demo-race.js';
import { followOverlay } from '../overlays/page/overlay-feed.js';
import { pacedSource } from '../overlays/page/paced-source.js';
import { wearShowLook } from '../overlays/page/show-look.js';
import { addType } from './fonts.js';
import { type GraphicData, GraphicDataError, readData } from './graphic-data.js';
import { playedSource } from './played-source.js';

/** The canvas that overlays are drawn for, in px. */
const CANVAS = { width: 1920, height: 1080 };
/** One step: it is on air from `playAction` until `stopAction`. */
const STEPS = 1;
/** How long loading waits for a first picture, in ms: the graphic goes on trying after that. */
const FIRST_PICTURE_MS = 10_000;
/** How often it is checked whether the picture has become too old, in ms. */
const CHECK_EVERY_MS = 500;

type Params<Action extends keyof GraphicsAPI.Graphic> = Partial<Parameters<GraphicsAPI.Graphic[Action]>[0]>;
type Answer = ReturnPayload;
const DONE: Answer = { statusCode: 200 };
const NOT_LOADED: Answer = { statusCode: 409, statusMessage: 'It is not loaded: call load first.' };
const LIVE_ONLY: Answer = {
  statusCode: 400,
  statusMessage: 'This graphic is live: it cannot be rendered frame by frame.',
};

/** Where the race comes from. */
interface Place {
  /** The same for the same server, show, link and demo. */
  readonly key: string;
  readonly store: FeedStore;
  readonly loadLogo: LoadLogo;
  /** Aborted when it is left. */
  readonly left: AbortSignal;
  leave(): void;
}

/** How it is drawn. */
interface Drawing {
  readonly overlay: Overlay;
  end(): void;
}

/**
 * Makes the element of an OGraf graphic of an overlay (EBU OGraf, Graphics definition, version 1): a program creates it, and
 * calls its actions. Steps count from 0, and there is one. What a call cannot use is answered with a status of 4xx and
 * changes nothing; nothing throws.
 */
export function ografGraphic(definition: OverlayDefinition): typeof HTMLElement {
  return class extends HTMLElement implements GraphicsAPI.Graphic {
    /** All that the program has set so far: an update may name some fields only. */
    #given: Readonly<Record<string, unknown>> = {};
    #place: Place | null = null;
    #drawing: Drawing | null = null;
    #step: number | undefined;
    #scale = 1;
    #leaveType: (() => void) | null = null;
    #timer: ReturnType<typeof setInterval> | null = null;
    /** Goes up with each `load` and `dispose`: what was begun before has ended. */
    #life = 0;

    async load({ data, renderType, renderCharacteristics }: Params<'load'> = {}): Promise<Answer> {
      if (renderType === 'non-realtime') return LIVE_ONLY;
      if (this.#place !== null) return refused(409, 'It is loaded already: call updateAction, or dispose first.');
      const given = recordOf(data);
      const read = tryRead(definition, given);
      if ('refusal' in read) return read.refusal;
      this.#life += 1;
      const life = this.#life;
      const { width, height } = renderCharacteristics?.resolution ?? CANVAS;
      this.#scale = Math.min(width / CANVAS.width, height / CANVAS.height);
      this.#given = given;
      const place = follow(definition, read.data);
      this.#place = place;
      this.#draw(read.data);
      this.#timer = setInterval(() => void this.#check(), CHECK_EVERY_MS);
      const leaveType = await addType(this.ownerDocument);
      if (life !== this.#life) leaveType();
      else this.#leaveType = leaveType;
      return firstPicture(place);
    }

    async dispose(): Promise<Answer> {
      this.#life += 1;
      if (this.#timer !== null) clearInterval(this.#timer);
      this.#timer = null;
      this.#drawing?.end();
      this.#drawing = null;
      this.#place?.leave();
      this.#place = null;
      this.#leaveType?.();
      this.#leaveType = null;
      this.#step = undefined;
      this.#given = {};
      return DONE;
    }

    async playAction({ delta = 1, goto, skipAnimation }: Params<'playAction'> = {}): Promise<PlayActionReturnPayload> {
      if (this.#place === null) return atStep(NOT_LOADED, undefined);
      const target = goto ?? (this.#step ?? -1) + delta;
      if (!Number.isInteger(target)) {
        return atStep(refused(400, `There is no step ${target}: steps are whole numbers from 0.`), this.#step);
      }
      // Before its first step and past its last one it is off the air, and has no step.
      this.#step = target >= 0 && target < STEPS ? target : undefined;
      await this.#check(skipAnimation);
      return atStep(DONE, this.#step);
    }

    async stopAction({ skipAnimation }: Params<'stopAction'> = {}): Promise<Answer> {
      if (this.#place === null) return NOT_LOADED;
      this.#step = undefined;
      await this.#check(skipAnimation);
      return DONE;
    }

    async updateAction({ data }: Params<'updateAction'> = {}): Promise<Answer> {
      if (this.#place === null) return NOT_LOADED;
      const given = { ...this.#given, ...recordOf(data) };
      const read = tryRead(definition, given);
      if ('refusal' in read) return read.refusal;
      this.#given = given;
      if (this.#place.key !== keyOf(read.data)) {
        this.#place.leave();
        this.#place = follow(definition, read.data);
      }
      // The new drawing takes the place of the old one within one frame: an update is no cue.
      this.#draw(read.data);
      const place = this.#place;
      await this.#check(true);
      return firstPicture(place);
    }

    async customAction({ id }: Params<'customAction'> = {}): Promise<Answer> {
      return refused(400, `This graphic has no action "${id}".`);
    }

    async goToTime(): Promise<Answer> {
      return LIVE_ONLY;
    }

    async setActionsSchedule(): Promise<Answer> {
      return LIVE_ONLY;
    }

    /** Draws what the place holds in the way that the data say, in place of what was drawn before. */
    #draw(data: GraphicData): void {
      if (this.#place === null) return;
      const before = this.#drawing;
      const canvas = this.ownerDocument.createElement('div');
      const { width, height } = CANVAS;
      canvas.style.cssText = `position:absolute;left:0;top:0;width:${width}px;height:${height}px;transform:scale(${this.#scale});transform-origin:0 0`;
      this.append(canvas);
      const source = pacedSource(this.#place.store, requestAnimationFrame, () => true);
      const overlay = definition.mount(canvas, playedSource(definition, source), data.options as never);
      const { store, loadLogo } = this.#place;
      const undress = wearShowLook(store, overlay, loadLogo);
      const unsubscribe = source.subscribe(() => void this.#check());
      this.#drawing = {
        overlay,
        end: () => {
          unsubscribe();
          undress();
          source.close();
          overlay.close();
          canvas.remove();
        },
      };
      before?.end();
    }

    /** On air while it is played and its picture is not too old. */
    async #check(skipAnimation = false): Promise<void> {
      if (this.#place === null || this.#drawing === null) return;
      const { overlay } = this.#drawing;
      const how = skipAnimation ? 'at once' : undefined;
      const isDue = this.#step !== undefined && canStayOnAir(this.#place.store, Date.now());
      await (isDue ? overlay.show(how) : overlay.hide(how));
    }
  };
}

function follow(definition: OverlayDefinition, data: GraphicData): Place {
  const store = new FeedStore('broadcast');
  const { show, demo, seed } = data;
  const caller = { token: null, link: data.link || null, server: data.server || ownServer() };
  const leaving = new AbortController();
  const end = demo
    ? runDemo(store, { ...USUAL_DEMO, seed }, null, definition)
    : followOverlay({ subject: { show }, extraDelayMs: 0, ...caller }, store, {
        kind: definition.kind,
        lastError: () => null,
      });
  const leave = () => {
    end();
    leaving.abort();
  };
  return { key: keyOf(data), store, loadLogo: logoLoader(caller), left: leaving.signal, leave };
}

function keyOf({ options: _, ...place }: GraphicData): string {
  return JSON.stringify(place);
}

/** Where this script was loaded from: a server of ours, unless somebody has copied it. */
function ownServer(): string {
  return new URL(import.meta.url).origin;
}

/** Resolves once there is a picture, or the server has said why not, or has not answered in time. */
function firstPicture({ store, left }: Pick<Place, 'store' | 'left'>): Promise<Answer> {
  return new Promise((resolve) => {
    const end = (answer: Answer) => {
      clearTimeout(timer);
      unsubscribe();
      left.removeEventListener('abort', onLeft);
      resolve(answer);
    };
    const onLeft = () => end(refused(409, 'It was disposed of, or set to another show, before it had a picture.'));
    left.addEventListener('abort', onLeft);
    const look = () => {
      const { holding } = store;
      if (holding.holding === 'race') end(DONE);
      else if (holding.holding === 'refusal') end(refusedBy(holding.error));
      else if (holding.holding === 'closed') end(refused(403, `The server closed the connection: ${holding.reason}.`));
    };
    const unsubscribe = store.subscribe(look);
    const timer = setTimeout(
      () => end(refused(504, 'The server has not answered yet. Check "server"; it keeps trying.')),
      FIRST_PICTURE_MS,
    );
    if (left.aborted) onLeft();
    else look();
  });
}

/** A show without a session is no fault of the program's: the graphic is loaded, and shows the race when there is one. */
function refusedBy({ code, message }: Refusal['error']): Answer {
  const isToCome = code === 'not_found' || code === 'not_available';
  return refused(isToCome ? 200 : 403, `${message} It keeps trying.`);
}

function tryRead(
  definition: OverlayDefinition,
  given: Readonly<Record<string, unknown>>,
): { readonly data: GraphicData } | { readonly refusal: Answer } {
  try {
    return { data: readData(definition, given) };
  } catch (error) {
    if (!(error instanceof GraphicDataError)) throw error;
    return { refusal: refused(400, error.message) };
  }
}

function recordOf(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
}

function refused(statusCode: number, statusMessage: string): Answer {
  return { statusCode, statusMessage };
}

/** The types of the standard know no end, whose step its text calls undefined. */
function atStep(answer: Answer, currentStep: number | undefined): PlayActionReturnPayload {
  return { ...answer, currentStep } as PlayActionReturnPayload;
}
