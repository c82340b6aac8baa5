import {
  contrastsOf,
  contrastText,
  type LookColour,
  MAX_RADIUS_PX,
  MIN_CONTRAST,
  type ShowLook,
  type TextContrast,
  THEME_NAMES,
  THEMES,
  type ThemeName,
  themeOf,
  USUAL_THEME,
} from '@okboxbox/protocol';

/** A look while it is edited: what is typed stands here as it is typed. */
export interface LookDraft {
  readonly base: ThemeName;
  /** Colours as they are typed; one that is not here is the base's. */
  readonly colours: Readonly<Partial<Record<LookColour, string>>>;
  /** As it is typed; empty: as in the base. */
  readonly radius: string;
  readonly logo: string | null;
}

/** What each colour is for, in the order of the editor. */
export const COLOUR_LABELS: Readonly<Record<LookColour, string>> = {
  surface: 'Background',
  raised: 'Background of headings and marked rows',
  ink: 'Text',
  soft: 'Less important text',
  accent: 'Accent: titles, featured car',
  onAccent: 'Text on the accent',
  best: 'Best lap of all',
  personal: 'Own best lap, places gained',
  slower: 'Slower lap, places lost',
  pit: 'In the pits',
  warn: 'Stopped',
};
/** All colours, in that order. */
export const COLOUR_NAMES = Object.keys(COLOUR_LABELS) as readonly LookColour[];
/** Words for the themes. */
export const THEME_LABELS: Readonly<Record<ThemeName, string>> = { board: 'Board (dark)', light: 'Light' };
export { THEME_NAMES };

const HEX = /^#[0-9a-f]{6}$/i;

/** The draft of a look; of a show without one, the usual theme as it is. */
export function draftOf(look: ShowLook | null): LookDraft {
  if (look === null) return { base: USUAL_THEME, colours: {}, radius: '', logo: null };
  const { base, colours, radiusPx, logo } = look;
  return { base, colours, radius: radiusPx === null ? '' : String(radiusPx), logo };
}

/** What a colour is in a draft: as it is typed, or the base's. */
export function colourIn({ base, colours }: LookDraft, name: LookColour): string {
  return colours[name] ?? THEMES[base].colours[name];
}

/** A colour of a draft changed; `null`: back to the base's. A missing sharp is put before what is typed. */
export function withColour(draft: LookDraft, name: LookColour, typed: string | null): LookDraft {
  const { [name]: _, ...others } = draft.colours;
  if (typed === null) return { ...draft, colours: others };
  const text = typed.trim();
  return { ...draft, colours: { ...others, [name]: /^[0-9a-f]/i.test(text) ? `#${text}` : text } };
}

/** The look of a draft as far as it can be read: what is not a colour, or not a number, is as in the base. */
export function shownLook({ base, colours, radius, logo }: LookDraft): ShowLook {
  const valid = Object.entries(colours).filter(([, colour]) => HEX.test(colour));
  const px = /^\d+$/.test(radius) ? Number(radius) : null;
  return {
    base,
    colours: Object.fromEntries(valid),
    radiusPx: px === null || px > MAX_RADIUS_PX ? null : px,
    logo,
  };
}

/** What keeps a draft from being saved, in sentences; empty where nothing does. */
export function problemsOf(draft: LookDraft): readonly string[] {
  const { colours, radius } = draft;
  const typed = COLOUR_NAMES.filter((name) => colours[name] !== undefined && !HEX.test(colours[name])).map(
    (name) => `${COLOUR_LABELS[name]}: “${colours[name]}” is not a colour. Write it as #rrggbb.`,
  );
  const corners =
    radius === '' || (/^\d+$/.test(radius) && Number(radius) <= MAX_RADIUS_PX)
      ? []
      : [`Corners: “${radius}” is not a whole number from 0 to ${MAX_RADIUS_PX}.`];
  const pale = contrastsOf(themeOf(shownLook(draft)))
    .filter(({ contrast }) => contrast < MIN_CONTRAST)
    .map(paleSentence);
  return [...typed, ...corners, ...pale];
}

function paleSentence({ text, on, contrast }: TextContrast): string {
  return `${COLOUR_LABELS[text]} on ${COLOUR_LABELS[on].toLowerCase()}: ${contrastText(contrast)} to 1. At least ${MIN_CONTRAST} to 1 is needed.`;
}

/** The lowest contrast of a text with the grounds that it stands on; `null` for what is no text. */
export function contrastIn(draft: LookDraft, name: LookColour): number | null {
  const own = contrastsOf(themeOf(shownLook(draft))).filter(({ text }) => text === name);
  return own.length === 0 ? null : Math.min(...own.map(({ contrast }) => contrast));
}

/** Whether two looks are the same; a look that changes nothing of the usual theme is none. */
export function isSameLook(one: ShowLook | null, other: ShowLook | null): boolean {
  return textOf(one) === textOf(other);
}

/** What is saved of a draft: `null` where it is the usual theme as it is. */
export function savedLook(draft: LookDraft): ShowLook | null {
  const look = shownLook(draft);
  return textOf(look) === textOf(null) ? null : look;
}

function textOf(look: ShowLook | null): string {
  const { base, colours, radiusPx, logo } = look ?? shownLook(draftOf(null));
  const named = COLOUR_NAMES.map((name) => colours[name]?.toLowerCase() ?? null);
  return JSON.stringify([base, named, radiusPx, logo]);
}
