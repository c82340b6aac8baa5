import type { ParsedSpec, SourceKind } from './define-source.js';
import * as definitions from './definitions.js';
import { type Source, SourceError, SpecError } from './source.js';

/** Where a source is opened. */
export interface OpenOptions {
  /** The folder that a relative file path starts from. */
  readonly cwd: string;
  /** Frames a second, for sources that choose them; 10 by default. A live sim and a simulated one ask again and again. */
  readonly hz?: number | (() => number);
}

/** Every kind of source, in the order of their names. */
export const SOURCE_KINDS: readonly SourceKind[] = Object.values(definitions).sort((a, b) =>
  a.kind < b.kind ? -1 : 1,
);

const USE = `use one of ${SOURCE_KINDS.map(({ spec }) => spec).join(', ')}`;
const DEFAULT_HZ = 10;
const HIGHEST_HZ = 1000;

/**
 * Takes a SPEC such as `recording:FILE` apart, without looking at the file.
 * @throws SpecError where the kind is unknown or what follows it makes no sense.
 */
export function parseSpec(spec: string): ParsedSpec {
  const colon = spec.indexOf(':');
  const kind = (colon < 0 ? spec : spec.slice(0, colon)).trim();
  const rest = colon < 0 ? '' : spec.slice(colon + 1).trim();
  if (kind === '') throw new SpecError(`"${spec}" does not name a source: ${USE}`);
  const definition = SOURCE_KINDS.find((each) => each.kind === kind);
  if (definition === undefined) throw new SpecError(`Unknown source "${kind}": ${USE}`);
  return definition.parse(rest, spec);
}

/**
 * Opens the source that a SPEC names, and looks far enough into it to know that it is what it is said to be.
 * @throws SourceError with one line that names the value and the way out; a SpecError where the SPEC makes no sense.
 */
export async function openSource(spec: string, { cwd, hz: asked = DEFAULT_HZ }: OpenOptions): Promise<Source> {
  const parsed = parseSpec(spec);
  const hz = typeof asked === 'number' ? () => asked : asked;
  const now = hz();
  if (!(now > 0 && now <= HIGHEST_HZ)) {
    throw new SourceError(`A source cannot give ${now} frames a second: give a number above 0, up to ${HIGHEST_HZ}`);
  }
  const why = parsed.availability();
  if (why !== null) throw new SourceError(`The source "${parsed.kind}" ${why}.`);
  return parsed.open({ cwd, hz });
}

/** A kind of source as `okboxbox relay sources` lists it. */
export interface DescribedSource extends Pick<SourceKind, 'kind' | 'spec' | 'description' | 'examples'> {
  /** Why it cannot be read on this machine; `null` where it can. */
  readonly why: string | null;
}

/** What a relay can read on this machine, and why not the rest. */
export function describeSources(): readonly DescribedSource[] {
  return SOURCE_KINDS.map(({ kind, spec, description, examples, availability }) => {
    return { kind, spec, description, examples, why: availability() };
  });
}
