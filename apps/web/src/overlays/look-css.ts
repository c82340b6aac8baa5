import { type LookColour, SURFACE_OPACITY, type Theme } from '@okboxbox/protocol';

/** The name of each colour in the styles of overlays. */
const VARIABLES: Readonly<Record<LookColour, string>> = {
  surface: '--air',
  raised: '--air-raised',
  ink: '--ink',
  soft: '--soft',
  accent: '--box',
  onAccent: '--asphalt',
  best: '--best',
  personal: '--personal',
  slower: '--slower',
  pit: '--pit',
  warn: '--warn',
};

/** The name of a token for style sheets outside, which may set it: `--okb-on-accent`. */
export function customProperty(token: string): string {
  return `--okb-${token.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The style sheet of a theme, for a shadow root: a custom property that the page around it sets counts before a token. */
export function lookCss({ colours, radiusPx }: Theme): string {
  const lines = Object.entries(VARIABLES).map(([token, variable]) => {
    const colour = colours[token as LookColour];
    return `${variable}: var(${customProperty(token)}, ${colour}${alphaOf(token)});`;
  });
  // Text on the colour of a best lap or of the pits: that colour can be read on the surface, so the surface can be on it.
  lines.push(`--on-mark: var(${customProperty('surface')}, ${colours.surface});`);
  return `:host { ${lines.join(' ')} --radius: var(${customProperty('radius')}, ${radiusPx}px); }`;
}

function alphaOf(token: string): string {
  const opacity = (SURFACE_OPACITY as Readonly<Record<string, number>>)[token];
  return opacity === undefined ? '' : Math.round(opacity * 255).toString(16);
}
