import {
  type LookColour,
  MAX_LOGO_BYTES,
  MAX_LOGO_PX,
  MAX_RADIUS_PX,
  MIN_CONTRAST,
  SURFACE_OPACITY,
  THEME_NAMES,
  THEMES,
} from '@okboxbox/protocol';
import * as z from 'zod/mini';
import { loadOverlays } from './catalogue.js';
import { type OverlayDefinition, readOptions } from './define-overlay.js';
import { customProperty } from './look-css.js';

const overlays = await loadOverlays();

/** The files that are made from the overlays' definitions, by their path from the project's folder. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return { 'docs/overlays.md': optionsPage() };
}

/** What each token is for, as the page says it. */
const TOKENS: Readonly<Record<LookColour, string>> = {
  surface: 'behind everything',
  raised: 'behind headings and marked rows',
  ink: 'text',
  soft: 'text that matters less: numbers, labels, estimates',
  accent: 'behind titles and the cued driver, and the bar of a battle',
  onAccent: 'text on the accent',
  best: 'the fastest lap of the session or a class',
  personal: "a car's own best lap; places gained",
  slower: 'a slower lap; places lost',
  pit: 'a car in the pits',
  warn: 'a car that has stopped',
};

function optionsPage(): string {
  return `<!-- Made from the definitions in apps/web/src/overlays by "npm run generate"; change it there. -->

# Overlays

An overlay is a page for OBS at \`/overlay/KIND\`. The options of every address are in [broadcast.md](broadcast.md#overlays); an
overlay's own options are below. A missing or invalid option has the value in the last column.

${overlays.map(section).join('\n')}
${themesSection()}`;
}

function themesSection(): string {
  return `${ownLook()}
${ownStyles()}`;
}

function ownLook(): string {
  return `## A look of your own
Every overlay takes \`theme=\`: ${THEME_NAMES.map((name) => `\`${name}\``).join(' or ')}, a finished theme, whatever the show has. Without it an overlay has
the look of its show, set on the director's desk under *Look* (key \`c\`): one of the themes, colours of your own over it, corners from 0
to ${MAX_RADIUS_PX} px, and a logo. The preview shows the overlays themselves before anything is saved. What is saved is on air at once, without a
reload in OBS, on every output of the show; the delay does not count, because a look shows nothing of the race. It is stored with the
show, and is undone as every other act.

- A look with a text that could not be read is not saved: the editor shows the contrast of every text, and which is below ${MIN_CONTRAST} to 1 on what.
- A logo is a PNG, JPEG or WebP of at most ${MAX_LOGO_BYTES / 1024} KB and ${MAX_LOGO_PX} px on each side, not animated. What it is, its content says. SVG
  is not taken: it can hold scripts. It stands in the head of the timing tower (34 px high) and of the boards *results* and *grid* (52 px
  high), always on \`surface\`; a transparent background looks best. An overlay needs an overlay link or a token to load it: without one it has
  the colours alone.
- There is no choice of typeface: names narrow by the width axis of the one that is bundled.

Scripts set a look by the act \`look\` (socket event \`show:look\`), and \`null\` takes it away; a logo is uploaded before, and named by the
\`hash\` of the answer:

\`\`\`sh
curl -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: image/png' --data-binary @logo.png "$SERVER/api/shows/$SHOW/logo"
curl -X POST -H "Authorization: Bearer $TOKEN" --json \\
  '{"look":{"base":"board","colours":{"accent":"#00594c","onAccent":"#ffffff"},"radiusPx":6,"logo":null}}' "$SERVER/api/shows/$SHOW/acts/look"
\`\`\`

The colours, by their names in \`colours\`; what is left out is as in the base:

| colour | for | board | light |
|---|---|---|---|
${tokenRows((token) => token)}`;
}

function tokenRows(nameOf: (token: string) => string): string {
  const { board, light } = THEMES;
  const rows = Object.entries(board.colours).map(
    ([token, colour]) =>
      `| \`${nameOf(token)}\` | ${TOKENS[token as LookColour]} | \`${colour}\` | \`${light.colours[token as LookColour]}\` |\n`,
  );
  return rows.join('');
}

function ownStyles(): string {
  return `## How to go further with a style sheet
For one browser source that looks different from the rest of the show, set custom properties in the field *Custom CSS* of the source in
OBS. They reach every overlay of the page, the stage's too, and count before the show's look and its theme.

\`\`\`css
:root { --okb-accent: #00594c; --okb-on-accent: #ffffff; --okb-radius: 6px; }
\`\`\`

| custom property | for | board | light |
|---|---|---|---|
${tokenRows(customProperty)}| \`${customProperty('radius')}\` | how round corners are | \`${THEMES.board.radiusPx}px\` | \`${THEMES.light.radiusPx}px\` |

In a theme every text has a contrast of at least ${MIN_CONTRAST} to 1 with what is behind it, over a white and over a black picture: \`surface\`
covers ${SURFACE_OPACITY.surface * 100} % of the picture, \`raised\` ${SURFACE_OPACITY.raised * 100} %. A custom property is used as it is: give it its own alpha, such as
\`#0b0d10eb\`, and check that what you set can be read.

Each overlay stands in a shadow root, which other selectors do not reach. The part \`graphic\` is the whole graphic:
\`::part(graphic) { font-family: Oswald; }\`. On the stage it is reached, too. The part \`logo\` is the logo, such as in
\`::part(logo) { display: none; }\`. Class names within are no promise: they change.
`;
}

function section({ kind, title, slot, board, draws, options }: OverlayDefinition): string {
  const usual = readOptions(options, {}) as Readonly<Record<string, unknown>>;
  const rows = Object.entries(options.shape).map(([name, schema]) => {
    const { description = '' } = z.globalRegistry.get(schema as z.ZodMiniType) ?? {};
    return `| \`${name}\` | ${description} | ${usual[name] ?? '–'} |\n`;
  });
  return `## ${title}: \`${kind}\`
On air ${slot === null ? 'always' : `while the slot \`${slot}\` ${board === undefined ? 'is' : `shows the board \`${board}\``}`}. It draws what is cued into ${draws.map((each) => `\`${each}\``).join(', ')}.

| option | what it sets | otherwise |
|---|---|---|
${rows.join('')}`;
}
