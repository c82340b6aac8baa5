import { z } from 'zod';
import { showSlug } from '../rights/rights.js';
import { requestId } from './broadcast.js';
import {
  contrastSentence,
  type LookColours,
  MAX_RADIUS_PX,
  type ShowLook,
  THEME_NAMES,
  THEMES,
  themeOf,
  unreadable,
} from './look.js';

/** Schemas of a show's own look. They are apart from its plain data (`look.ts`), which overlays carry. */

// Nothing else is a colour here: these texts become part of a style sheet.
const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour is written as #rrggbb');
const names = Object.keys(THEMES.board.colours) as (keyof LookColours)[];
const colours = Object.fromEntries(names.map((name) => [name, colour.exactOptional()])) as Record<
  keyof LookColours,
  z.ZodExactOptional<typeof colour>
>;

/** The SHA-256 of a logo's file, in hex: its name, and its place in its address. */
export const logoHash = z.string().regex(/^[0-9a-f]{64}$/, 'a logo is named by the SHA-256 of its file');

/** A look as it is set and stored. One with a text that cannot be read is refused, with the colours and the value. */
export const showLook = z
  .strictObject({
    base: z.enum(THEME_NAMES),
    colours: z.strictObject(colours).default({}),
    radiusPx: z.number().int().min(0).max(MAX_RADIUS_PX).nullable().default(null),
    logo: logoHash.nullable().default(null),
  })
  .superRefine((look, context) => {
    for (const pair of unreadable(themeOf(look))) {
      context.addIssue({ code: 'custom', path: ['colours', pair.text], message: contrastSentence(pair) });
    }
  }) satisfies z.ZodType<ShowLook>;

/** `show:look`: sets a show's own look; `null` takes it away. It is on air at once: it shows nothing of the race. */
export const lookSet = z.object({ show: showSlug, requestId, look: showLook.nullable() });

/** The event `show:look`, to all who see the show's picture: its look from now on. */
export interface LookChanged {
  readonly show: string;
  readonly look: ShowLook | null;
}

/** A logo that was uploaded, and is put on air by a look that names it. */
export interface LogoUploaded {
  readonly hash: string;
  /** `image/png`, `image/jpeg` or `image/webp`, as its content says. */
  readonly type: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bytes: number;
}
