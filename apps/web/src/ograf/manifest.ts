import type { GraphicsManifest } from 'ograf';
import * as z from 'zod/mini';
import type { OverlayDefinition } from '../overlays/define-overlay.js';
import { graphicId, shapeOf, textOf } from './graphic-data.js';

/** One field of a graphic's data, as programs make a form of it. */
interface Field {
  type: string;
  title: string;
  description: string;
  default?: unknown;
  [more: string]: unknown;
}

/**
 * The manifest of an overlay as an OGraf graphic (EBU OGraf, Graphics definition, version 1): one step, live only.
 * `version` is that of the pages.
 */
export function manifestOf(definition: OverlayDefinition, version: string): GraphicsManifest {
  const { kind, title } = definition;
  return {
    $schema: 'https://ograf.ebu.io/v1/specification/json-schemas/graphics/schema.json',
    id: graphicId(kind),
    version,
    name: `Ok, Box Box: ${title.toLowerCase()}`,
    description: `The ${title.toLowerCase()} of a show on an Ok, Box Box server, with the show's broadcast delay.`,
    author: { name: 'Ok, Box Box' },
    main: `${kind}.mjs`,
    supportsRealTime: true,
    supportsNonRealTime: false,
    stepCount: 1,
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(shapeOf(definition)).map(([name, schema]) => [name, fieldOf(name, schema)]),
      ),
    },
    renderRequirements: [{ resolution: { width: { ideal: 1920 }, height: { ideal: 1080 } } }],
  };
}

/** Forms of programs have no `null`: a field that may be nothing is an empty text there, which `readData` leaves out. */
function fieldOf(name: string, schema: z.ZodMiniType): Field {
  const { $schema: _, anyOf, ...made } = z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
  const { minLength: _length, ...some } =
    (anyOf as Record<string, unknown>[] | undefined)?.find(({ type }) => type !== 'null') ?? {};
  const { default: usual, ...rest } = { ...made, ...some };
  const named = rest.enum as readonly string[] | undefined;
  const choices = named && (anyOf === undefined ? named : ['', ...named]);
  return {
    ...rest,
    type: String(rest.type),
    title: name.charAt(0).toUpperCase() + name.slice(1),
    description: textOf(schema),
    default: usual ?? '',
    // How forms of this standard know a choice.
    ...(choices && {
      enum: choices,
      gddType: 'select',
      gddOptions: { labels: Object.fromEntries(choices.map((choice) => [choice, choice || 'usual'])) },
    }),
  };
}
