import {
  type FeedEvent,
  type FeedState,
  type OnAir,
  type OverlayKind,
  type Slot,
  THEME_NAMES,
  THEMES,
  type Theme,
  type ThemeName,
  USUAL_THEME,
} from '@okboxbox/protocol';
import { isOnAir } from '@okboxbox/race-view';
import * as z from 'zod/mini';

/** What is on air: the race, and the instant shown on the server's clock in ms; `null` before one is known. */
export interface Picture {
  readonly race: FeedState;
  readonly at: number | null;
}

/** Where an overlay's picture comes from: a feed, the demo race, or the data of an OGraf graphic. */
export interface OverlaySource {
  /** `null` before there is one. */
  picture(): Picture | null;
  /** Calls back at each new picture, at most once for each frame of the screen; the function returned ends it. */
  subscribe(listener: () => void): () => void;
  /**
   * All race events up to the picture, oldest first; `null` until they are here. The first call asks for them. A source that
   * has no more than the picture does not have this.
   */
  events?(): readonly FeedEvent[] | null;
}

/** What an overlay looks like: a theme, and the `data:` address of a logo, for overlays that have a place for one. */
export interface Look {
  readonly theme: Theme;
  readonly logo: string | null;
}

/** The look of a show that has none of its own. */
export const USUAL_LOOK: Look = { theme: THEMES[USUAL_THEME], logo: null };

/** An overlay that is in a document. It begins hidden. */
export interface Overlay {
  /**
   * Brings it on air; resolves when its animation has ended, or another call has replaced it. With `'at once'` there is no
   * animation.
   */
  show(how?: 'at once'): Promise<void>;
  /** Takes it off the air, and resolves, as `show` does. */
  hide(how?: 'at once'): Promise<void>;
  /** Gives it a look, at once. Where its options name a theme it keeps that one, without a logo. */
  wear(look: Look): void;
  /** Takes it out of the document at once, with all that it put there. */
  close(): void;
}

/** An overlay: its folder of this name exports it as `overlay`, and everything else derives from it. */
export interface OverlayDefinition<Shape extends z.core.$ZodShape = z.core.$ZodShape> {
  readonly kind: OverlayKind;
  /** What people call it. */
  readonly title: string;
  /** The slot whose cue puts it on air and takes it off; `null`: it is always on air. */
  readonly slot: Slot | null;
  /** Of the slot `results`, which two overlays share: the board that is this one's. */
  readonly board?: ResultBoard;
  /** Slots of which it draws what a director has cued. */
  readonly draws: readonly Slot[];
  /** Whether it comes on air without a cue on a page of its own, where it can; the page asks at each picture. */
  airsItself?(picture: Picture, options: z.output<z.ZodMiniObject<Shape>>): boolean;
  /** What its address, and the data of an OGraf graphic, can set; each made by `option`. */
  readonly options: z.ZodMiniObject<Shape>;
  /**
   * Puts it into an element, hidden. It reaches the document and the window through `root` alone, and its styles reach
   * nothing outside, so that one document can hold several.
   */
  mount(root: HTMLElement, source: OverlaySource, options: z.output<z.ZodMiniObject<Shape>>): Overlay;
}

/** What the slot `results` can show. */
export type ResultBoard = NonNullable<OnAir['results']>['of'];

/** Whether what is cued puts an overlay on air at the instant shown. */
export function isCued(
  { slot, board }: Pick<OverlayDefinition, 'slot' | 'board'>,
  onAir: OnAir,
  at: number | null,
): boolean {
  if (slot === null) return true;
  return isOnAir(onAir[slot], at) && (slot !== 'results' || onAir.results?.of === board);
}

/** Defines an overlay, and gives it the option that every overlay has: its theme. */
export function defineOverlay<Shape extends z.core.$ZodShape>(
  definition: OverlayDefinition<Shape>,
): OverlayDefinition<Shape> {
  const options = z.extend(definition.options, { theme }) as unknown as typeof definition.options;
  return {
    ...definition,
    options,
    mount(root, source, given) {
      const overlay = definition.mount(root, source, given);
      const { theme: name } = given as { readonly theme: ThemeName | null };
      const wear = (look: Look) => overlay.wear(name === null ? look : { theme: THEMES[name], logo: null });
      wear(USUAL_LOOK);
      return { ...overlay, wear };
    },
  };
}

/** One option: its schema, with what it is where it is left out, and the text that docs and forms show for it. */
export function option<Schema extends z.ZodMiniType>(schema: Schema, fallback: z.output<Schema>, text: string) {
  const made = z._default(schema, fallback as never);
  z.globalRegistry.add(made, { description: text });
  return made;
}

const theme = option(
  z.nullable(z.enum(THEME_NAMES)),
  null,
  `${THEME_NAMES.map((name) => `\`${name}\``).join(' or ')}, whatever the show has`,
);

/** The option of overlays that can be drawn larger or smaller. */
export const scale = option(z.coerce.number().check(z.minimum(0.25), z.maximum(3)), 1, 'Size, from 0.25 to 3');

/** The options that are given; one that is left out, or that its schema does not take, is what it usually is. */
export function readOptions<Shape extends z.core.$ZodShape>(
  options: z.ZodMiniObject<Shape>,
  given: Readonly<Record<string, unknown>>,
): z.output<z.ZodMiniObject<Shape>> {
  const taken = Object.entries(options.shape).filter(([name, schema]) => z.safeParse(schema, given[name]).success);
  return z.parse(options, Object.fromEntries(taken.map(([name]) => [name, given[name]])));
}
