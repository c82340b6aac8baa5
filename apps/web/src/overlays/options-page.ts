import * as z from 'zod/mini';
import { loadOverlays } from './catalogue.js';
import { type OverlayDefinition, readOptions } from './define-overlay.js';

const overlays = await loadOverlays();

/** The files that are made from the overlays' definitions, by their path from the project's folder. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return { 'docs/overlays.md': optionsPage() };
}

function optionsPage(): string {
  return `<!-- Made from the definitions in apps/web/src/overlays by "npm run generate"; change it there. -->

# Overlays

An overlay is a page for OBS at \`/overlay/KIND\`. The options of every address are in [broadcast.md](broadcast.md#overlays); an
overlay's own options are below. A missing or invalid option has the value in the last column.

${overlays.map(section).join('\n')}`;
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
