import { z } from 'zod';

/** Support packs (contract, section 6): one JSON document that says what a server knew of itself, without any secret. */

export const SUPPORT_PACK_VERSION = 1;

/** The parts of a pack, in their order. The last says which pseudonym stands for which id, as far as that is shown. */
export const PACK_SECTIONS = [
  'summary',
  'findings',
  'snapshot',
  'sessions',
  'sockets',
  'events',
  'parity',
  'database',
  'history',
  'samples',
  'trace',
  'config',
  'ids',
] as const;
export type PackSection = (typeof PACK_SECTIONS)[number];

/** What became of a part: made, failed, not asked for, given up, or kept back since it could not be made safe. */
export type PackStatus = 'success' | 'failed' | 'skipped' | 'timed_out' | 'withheld';

/** What was taken out, by rule. */
export type RedactionCounts = Readonly<Record<string, number>>;

export interface PackSectionReport {
  readonly name: PackSection;
  readonly status: PackStatus;
  /** Why, where it is not a success. */
  readonly because: string | null;
  readonly tookMs: number;
  readonly bytes: number;
  /** SHA-256 of the part's JSON, in hex; `null` where there is none. */
  readonly sha256: string | null;
  readonly redacted: RedactionCounts;
  /** Fields that no rule names: left out. */
  readonly droppedFields: number;
}

export interface PackManifest {
  readonly kind: 'okboxbox-support-pack';
  readonly packVersion: number;
  readonly version: string;
  readonly gitSha: string | null;
  readonly createdAt: number;
  readonly window: { readonly from: number; readonly to: number };
  /** Pseudonyms, as everywhere in a pack. */
  readonly sessionId: string | null;
  readonly traceId: string | null;
  readonly redaction: {
    readonly mode: 'full';
    readonly rulesVersion: number;
    readonly byRule: RedactionCounts;
    readonly droppedFields: number;
    /** Secrets of the server's own that every part was searched for, and those too short or too plain to be. */
    readonly secretsSearched: number;
    readonly secretsTooPlain: number;
  };
  readonly sections: readonly PackSectionReport[];
}

/** Longest time that figures are sampled for a pack, in seconds. */
export const MAX_SAMPLE_S = 60;

/** `POST /api/ops/support-pack`, and `…/support-pack/preview`, which answers the manifest alone. */
export interface PackRequest {
  readonly sessionId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly includeConfig?: boolean | undefined;
  /** Parts to leave out. */
  readonly without?: readonly PackSection[] | undefined;
  /** How long figures are sampled for it, in seconds; 0 takes what the history has. */
  readonly sampleSec?: number | undefined;
}

/** Figures at one moment of the time that a pack was made in. */
export interface PackSample {
  readonly at: number;
  readonly framesPerSec: number;
  readonly messagesPerSec: number;
  readonly skippedTotal: number;
  readonly sockets: number;
  readonly relays: number;
  readonly errors: number;
  readonly queryMsP95: number | null;
  readonly poolWaiting: number;
  readonly loopDelayMaxMs: number;
  readonly utilization: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
}

/** Part `ids`: what a pseudonym stands for, truncated. */
export interface PackId {
  readonly id: string;
  readonly kind: string;
  readonly truncated: string;
}

/** A whole pack as it is read. */
export interface SupportPack {
  readonly manifest: PackManifest;
  readonly sections: Readonly<Partial<Record<PackSection, unknown>>>;
}

const counts = z.record(z.string(), z.number());

/** A manifest as whoever opens a pack reads it; what newer packs say beyond this is kept. */
export const packManifest = z.looseObject({
  kind: z.literal('okboxbox-support-pack'),
  packVersion: z.number().int(),
  version: z.string(),
  gitSha: z.string().nullable(),
  createdAt: z.number(),
  window: z.looseObject({ from: z.number(), to: z.number() }),
  sessionId: z.string().nullable(),
  traceId: z.string().nullable(),
  redaction: z.looseObject({ byRule: counts, droppedFields: z.number(), secretsSearched: z.number() }),
  sections: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      because: z.string().nullable(),
      tookMs: z.number(),
      bytes: z.number(),
      sha256: z.string().nullable(),
      redacted: counts,
      droppedFields: z.number(),
    }),
  ),
});
export type ReadManifest = z.infer<typeof packManifest>;
