import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type DemoOptions, parseDemo } from './demo/demo-options.js';
import { openDemo } from './demo/demo-source.js';
import { openIbt } from './iracing/ibt-source.js';
import { openLive } from './iracing/live-source.js';
import { openMemory } from './iracing/memory-source.js';
import { whyNoLiveSim, windowsSim } from './iracing/windows-memory.js';
import { openLapChart } from './lapchart/lapchart-source.js';
import { monotonicClock } from './pace.js';
import { openRecording } from './recording/recording-source.js';
import { type Source, SourceError, SpecError } from './source.js';
import { describeSources, SOURCE_KINDS } from './source-kinds.js';

/** A kind of source that can be opened. */
export type ReadableKind = Extract<(typeof SOURCE_KINDS)[number], { available: true }>['kind'];

/** A SPEC taken apart. */
export type ParsedSpec =
  | {
      readonly kind: Exclude<ReadableKind, 'demo' | 'iracing'>;
      /** The file as given, not resolved yet. */
      readonly file: string;
    }
  | { readonly kind: 'demo'; readonly options: DemoOptions }
  | { readonly kind: 'iracing' };

/** Where a source is opened. */
export interface OpenOptions {
  /** The folder that a relative FILE counts from. */
  readonly cwd: string;
  /** Frames a second, for sources that choose them; 10 unless told. A live sim and a simulated one ask again and again. */
  readonly hz?: number | (() => number);
}

const USABLE = SOURCE_KINDS.filter((kind) => kind.available);
const USE = `use one of ${USABLE.map(({ spec }) => spec).join(', ')}`;
const HIGHEST_HZ = 1000;

/**
 * Takes a SPEC such as `recording:FILE` apart, without looking at the file.
 * @throws SpecError where the kind is unknown, not part of this version, or the file is missing from it.
 */
export function parseSpec(spec: string): ParsedSpec {
  const colon = spec.indexOf(':');
  const kind = (colon < 0 ? spec : spec.slice(0, colon)).trim();
  const file = colon < 0 ? '' : spec.slice(colon + 1).trim();
  if (kind === '') throw new SpecError(`"${spec}" names no source: ${USE}`);
  const usable = USABLE.find((each) => each.kind === kind);
  if (usable === undefined) {
    const known = describeSources().find((each) => each.kind === kind);
    if (known) throw new SpecError(`The source "${kind}" is ${known.why}: ${USE}`);
    throw new SpecError(`There is no source "${kind}": ${USE}`);
  }
  if (usable.kind === 'demo') return { kind: 'demo', options: parseDemo(file) };
  if (usable.kind === 'iracing') return { kind: 'iracing' };
  if (file === '') throw new SpecError(`The source "${spec}" names no file: write ${usable.spec}`);
  return { kind: usable.kind, file };
}

/**
 * Opens the source that a SPEC names, and looks far enough into it to know that it is one.
 * @throws SourceError with one line that names the value and the way out; a SpecError where the SPEC cannot be.
 */
export async function openSource(spec: string, options: OpenOptions): Promise<Source> {
  const parsed = parseSpec(spec);
  const { hz: asked = 10 } = options;
  const hz = typeof asked === 'number' ? asked : asked();
  if (!(hz > 0 && hz <= HIGHEST_HZ)) {
    throw new SourceError(`A source cannot give ${hz} frames a second: give a number above 0, up to ${HIGHEST_HZ}`);
  }
  const rate = typeof asked === 'number' ? () => asked : asked;
  if (parsed.kind === 'demo') return openDemo(spec, parsed.options, rate);
  if (parsed.kind === 'iracing') {
    const why = whyNoLiveSim();
    if (why !== null) throw new SourceError(`The source "iracing" ${why}.`);
    return openLive(windowsSim(), spec, rate, monotonicClock);
  }
  const path = resolve(options.cwd, parsed.file);
  await mustBeFile(path, spec);
  switch (parsed.kind) {
    case 'recording':
      return openRecording(path, spec);
    case 'lapchart':
      return openLapChart(path, spec, hz);
    case 'ibt':
      return openIbt(path, spec, hz);
    case 'memory':
      return openMemory(path, spec);
  }
}

async function mustBeFile(path: string, spec: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new SourceError(`There is no file ${path}: check the path in "${spec}"`);
    }
    throw new SourceError(`The file ${path} cannot be opened (${error.code}): check who may read it`);
  });
  if (found.isDirectory()) throw new SourceError(`${path} is a folder: give a file in "${spec}"`);
  // A pipe or a device never ends, or gives what it has only once.
  if (!found.isFile()) throw new SourceError(`${path} is a device or a pipe: give a file in "${spec}"`);
}
