import { type LookColour, MIN_CONTRAST, SURFACE_OPACITY, THEME_NAMES, THEMES } from '@okboxbox/protocol';
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
  const rows = Object.entries(THEMES.board.colours).map(([token, colour]) => {
    const { light } = THEMES;
    return `| \`${customProperty(token)}\` | ${TOKENS[token as LookColour]} | \`${colour}\` | \`${light.colours[token as LookColour]}\` |\n`;
  });
  return `## How to make a theme
Every overlay takes \`theme=\`: ${THEME_NAMES.map((name) => `\`${name}\``).join(' or ')}. For colours of your own, set custom properties in the
field *Custom CSS* of the browser source in OBS. They reach every overlay of the page, the stage's too, and count before the theme.

\`\`\`css
:root { --okb-accent: #00594c; --okb-on-accent: #ffffff; --okb-radius: 6px; }
\`\`\`

| custom property | for | board | light |
|---|---|---|---|
${rows.join('')}| \`${customProperty('radius')}\` | how round corners are | \`${THEMES.board.radiusPx}px\` | \`${THEMES.light.radiusPx}px\` |

In a theme every text has a contrast of at least ${MIN_CONTRAST} to 1 with what is behind it, over a white and over a black picture: \`surface\`
covers ${SURFACE_OPACITY.surface * 100} % of the picture, \`raised\` ${SURFACE_OPACITY.raised * 100} %. A custom property is used as it is: give it its own alpha, such as
\`#0b0d10eb\`, and check that what you set can be read.

Each overlay stands in a shadow root, which other selectors do not reach. The part \`graphic\` is the whole graphic:
\`::part(graphic) { font-family: Oswald; }\`. On the stage it is reached, too. Class names within are no promise: they change.
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
