/**
 * The look of overlays: themes as tokens, what a league may set of its own, and which of it could not be read. Plain data, since
 * overlays carry no schemas.
 */

/** Colours of a theme by what they are for, each `#rrggbb`. */
export interface LookColours {
  /** Behind everything; drawn a little transparent. */
  readonly surface: string;
  /** Behind what is marked or set apart. */
  readonly raised: string;
  /** Text. */
  readonly ink: string;
  /** Text that matters less: numbers, labels, what is estimated. */
  readonly soft: string;
  /** Behind the featured car and titles. */
  readonly accent: string;
  /** Text on the accent. */
  readonly onAccent: string;
  /** The best lap of the session or a class. */
  readonly best: string;
  /** A car's own best lap; places gained. */
  readonly personal: string;
  /** A slower lap; places lost. */
  readonly slower: string;
  /** A car in the pits. */
  readonly pit: string;
  /** A car that has stopped. */
  readonly warn: string;
}
export type LookColour = keyof LookColours;

/** A theme: its colours, and how round its corners are, in px of the 1920×1080 canvas. */
export interface Theme {
  readonly colours: LookColours;
  readonly radiusPx: number;
}

/** The finished themes. */
export const THEMES = {
  board: {
    colours: {
      surface: '#0b0d10',
      raised: '#1b2027',
      ink: '#e9edf2',
      soft: '#a9b4c2',
      accent: '#ff6b1a',
      onAccent: '#0c0e11',
      best: '#c79bff',
      personal: '#4ade80',
      slower: '#ffd34d',
      pit: '#6bb2ff',
      warn: '#ffd34d',
    },
    radiusPx: 0,
  },
  light: {
    colours: {
      surface: '#f6f7f9',
      raised: '#dde3ea',
      ink: '#0d1117',
      soft: '#3d4652',
      accent: '#1d3fbb',
      onAccent: '#ffffff',
      best: '#6d1fc7',
      personal: '#0b5d2c',
      slower: '#7a4300',
      pit: '#1146b8',
      warn: '#7a4300',
    },
    radiusPx: 8,
  },
} as const satisfies Readonly<Record<string, Theme>>;
export type ThemeName = keyof typeof THEMES;
export const THEME_NAMES = Object.keys(THEMES) as unknown as readonly [ThemeName, ...ThemeName[]];
/** The theme of a show whose director has chosen none. */
export const USUAL_THEME: ThemeName = 'board';

/** How much of a surface covers the picture behind it. */
export const SURFACE_OPACITY = { surface: 0.92, raised: 0.95 } as const;
/** Least contrast of text with what is behind it (WCAG 2.2, level AA). */
export const MIN_CONTRAST = 4.5;

/** A show's own look: what it changes of a finished theme, and its logo. Stored with the show, and told to all who see its picture. */
export interface ShowLook {
  /** The finished theme that it starts from. */
  readonly base: ThemeName;
  /** Colours of its own, each `#rrggbb`; what is left out is as in the base. */
  readonly colours: Readonly<Partial<LookColours>>;
  /** How round corners are, in px of the 1920×1080 canvas; `null`: as in the base. */
  readonly radiusPx: number | null;
  /** Name of a logo that was uploaded for the show: the SHA-256 of its file, in hex. `null`: none. */
  readonly logo: string | null;
}

/** The most that corners can be round, in px of the 1920×1080 canvas. */
export const MAX_RADIUS_PX = 24;
/** The largest file of a logo, in bytes, and its most pixels on each side. */
export const MAX_LOGO_BYTES = 128 * 1024;
export const MAX_LOGO_PX = 1024;
/** Files that a logo can be. SVG is none of them: it can hold scripts. */
export const LOGO_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export type LogoType = (typeof LOGO_TYPES)[number];

/** The theme of a look, whole; `null`, for a show without one, is the usual theme. */
export function themeOf(look: Pick<ShowLook, 'base' | 'colours' | 'radiusPx'> | null): Theme {
  if (look === null) return THEMES[USUAL_THEME];
  const base = THEMES[look.base];
  return { colours: { ...base.colours, ...look.colours }, radiusPx: look.radiusPx ?? base.radiusPx };
}

/** Which text stands on which ground. */
const ON_SURFACES = [
  'ink',
  'soft',
  'best',
  'personal',
  'slower',
  'pit',
  'warn',
] as const satisfies readonly LookColour[];
const GROUNDS = ['surface', 'raised'] as const;
/** The lightest and the darkest picture that can be behind a surface. */
const PICTURES = ['#ffffff', '#000000'] as const;

/** A text on a ground: its contrast where the picture behind the ground is at its worst for it. */
export interface TextContrast {
  readonly text: LookColour;
  readonly on: LookColour;
  readonly contrast: number;
}

/** Texts of a theme that could not be read on their ground: their contrast is below `MIN_CONTRAST` over some picture. */
export function unreadable(theme: Theme): readonly TextContrast[] {
  return contrastsOf(theme).filter(({ contrast }) => contrast < MIN_CONTRAST);
}

/** What is wrong with a text that could not be read, for people: which colours, and the measured value. */
export function contrastSentence({ text, on, contrast }: TextContrast): string {
  return `${text} on ${on} has a contrast of ${contrastText(contrast)} to 1; at least ${MIN_CONTRAST} to 1 can be read`;
}

/** A contrast with one decimal, rounded down: 4.49 is not 4.5. */
export function contrastText(contrast: number): string {
  return (Math.floor(contrast * 10) / 10).toFixed(1);
}

/** The contrast of every text of a theme with every ground that it stands on. */
export function contrastsOf({ colours }: Theme): readonly TextContrast[] {
  return [
    ...GROUNDS.flatMap((on) =>
      ON_SURFACES.map((text) => ({
        ...{ text, on },
        contrast: Math.min(
          ...PICTURES.map((behind) =>
            contrastOf(partsOf(colours[text]), over(colours[on], behind, SURFACE_OPACITY[on])),
          ),
        ),
      })),
    ),
    {
      ...({ text: 'onAccent', on: 'accent' } as const),
      contrast: contrastOf(partsOf(colours.onAccent), partsOf(colours.accent)),
    },
  ];
}

type Parts = readonly [red: number, green: number, blue: number];

/** Contrast by WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. */
function contrastOf(a: Parts, b: Parts): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(parts: Parts): number {
  const [red = 0, green = 0, blue = 0] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function partsOf(colour: string): Parts {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as unknown as Parts;
}

function over(colour: string, behind: string, opacity: number): Parts {
  const under = partsOf(behind);
  return partsOf(colour).map((part, i) => part * opacity + (under[i] ?? 0) * (1 - opacity)) as unknown as Parts;
}
