import type { OverlayKind } from '@okboxbox/protocol';
import * as z from 'zod/mini';
import { type OverlayDefinition, option, readOptions } from '../overlays/define-overlay.js';

/** What the data of every graphic can set beside the options of its overlay. */
const COMMON = z.object({
  server: option(
    z.string().check(z.maxLength(300), z.regex(/^(https?:\/\/[^\s/?#]+\/?)?$/)),
    '',
    'Address of the Ok, Box Box server, such as https://timing.example; empty: where the graphic was loaded from',
  ),
  show: option(z.string().check(z.maxLength(100)), '', 'The show, by its name on the desk'),
  link: option(z.string().check(z.maxLength(100)), '', 'Code of an overlay link to the show, from the desk'),
  demo: option(z.boolean(), false, 'A demo race instead of a show, to set the graphic up'),
  seed: option(z.coerce.number().check(z.minimum(0), z.maximum(2 ** 31)), 0, 'Which demo race'),
});

/** What a graphic is told: which show of which server, or a demo, and its overlay's options. */
export interface GraphicData {
  readonly server: string;
  readonly show: string;
  readonly link: string;
  readonly demo: boolean;
  readonly seed: number;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The shape of the data of a graphic, as its manifest describes it. */
export function shapeOf({ options }: OverlayDefinition): Readonly<Record<string, z.ZodMiniType>> {
  return { ...COMMON.shape, ...options.shape } as Readonly<Record<string, z.ZodMiniType>>;
}

/**
 * Reads what a program has set; a field that is left out, or empty, is what it usually is.
 * @throws GraphicDataError where a field has a value that cannot be used, or nothing says what is to be shown
 */
export function readData(definition: OverlayDefinition, given: Readonly<Record<string, unknown>>): GraphicData {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null && value !== ''));
  const shape = shapeOf(definition);
  for (const [name, value] of Object.entries(set)) {
    // Fields that the standard leaves to others pass, and so do those of a newer version.
    const schema = shape[name];
    if (schema === undefined || z.safeParse(schema, value).success) continue;
    throw new GraphicDataError(`${name} cannot be ${JSON.stringify(value).slice(0, 100)}: ${textOf(schema)}.`);
  }
  const data = { ...readOptions(COMMON, set), options: readOptions(definition.options, set) };
  if (!data.demo && data.show === '') {
    throw new GraphicDataError('Set "show" to the name of a show, or "demo" to true.');
  }
  return data;
}

/** Data that a graphic cannot use; the message says which field, and what it can be. */
export class GraphicDataError extends Error {
  override readonly name = 'GraphicDataError';
}

/** What an option sets, in words. */
export function textOf(schema: z.ZodMiniType): string {
  return z.globalRegistry.get(schema)?.description ?? '';
}

/** The name under which programs keep a graphic: it stays the same from version to version. */
export function graphicId(kind: OverlayKind): string {
  return `okboxbox.${kind}`;
}
