import { whyNoLiveSim } from './iracing/windows-memory.js';

/** A kind of source as `okboxbox relay sources` lists it. */
export interface SourceKind {
  readonly kind: string;
  /** How its SPEC is written. */
  readonly spec: string;
  readonly description: string;
  readonly available: boolean;
  /** Why it cannot be read here; only where `available` is false. */
  readonly why?: string;
}

const LATER = { available: false, why: 'not part of this version' } as const;

/** Every kind of source that there is, those of this version first. */
export const SOURCE_KINDS = [
  {
    kind: 'recording',
    spec: 'recording:FILE',
    description: 'a recording, plain or gzipped (.jsonl, .jsonl.gz)',
    available: true,
  },
  {
    kind: 'lapchart',
    spec: 'lapchart:FILE',
    description: "a lap chart of iRacing's results service, played back as a race",
    available: true,
  },
  {
    kind: 'demo',
    spec: 'demo[:SEED]',
    description: 'a simulated race; more as demo:SEED,cars=60,minutes=90,evening',
    available: true,
  },
  { kind: 'ibt', spec: 'ibt:FILE', description: "iRacing's telemetry file: the own car alone", available: true },
  {
    kind: 'memory',
    spec: 'memory:FILE',
    description: "an image of iRacing's live memory, plain or gzipped",
    available: true,
  },
  { kind: 'iracing', spec: 'iracing', description: "iRacing's live shared memory (Windows)", available: true },
  { kind: 'f1', spec: 'f1:PORT', description: "the F1 games' UDP telemetry", ...LATER },
  { kind: 'acc', spec: 'acc:HOST:PORT', description: "Assetto Corsa Competizione's broadcasting", ...LATER },
] as const satisfies readonly SourceKind[];

/** What a relay can read here, and why not the rest. */
export function describeSources(): readonly SourceKind[] {
  return SOURCE_KINDS.map((source) => {
    const why = source.kind === 'iracing' ? whyNoLiveSim() : null;
    return why === null ? source : { ...source, available: false, why };
  });
}
