import { z } from 'zod';
import { type Declared, field } from './fields.js';

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

const PACK_STATUSES = ['success', 'failed', 'skipped', 'timed_out', 'withheld'] as const;
/** What became of a part: made, failed, not asked for, given up, or kept back since it could not be made safe. */
export type PackStatus = (typeof PACK_STATUSES)[number];

/** What was taken out, by rule. */
export type RedactionCounts = Readonly<Record<string, number>>;
const counts = z.record(z.string(), field.number);

const sectionReport = z.object({
  name: field.word(...PACK_SECTIONS),
  status: field.word(...PACK_STATUSES),
  /** Why, where it is not a success. */
  because: field.text.nullable(),
  tookMs: field.number,
  bytes: field.number,
  /** SHA-256 of the part's JSON, in hex; `null` where there is none. */
  sha256: field.code.nullable(),
  redacted: counts,
  /** Fields that no rule names: left out. */
  droppedFields: field.number,
});
/** What became of one part of a pack. */
export interface PackSectionReport extends Declared<typeof sectionReport> {
  // By their names, which descriptions of the API have.
  readonly name: PackSection;
  readonly status: PackStatus;
}

/** Declares `PackManifest`. */
export const packManifest = z.object({
  kind: z.literal('okboxbox-support-pack'),
  packVersion: field.number,
  version: field.version,
  gitSha: field.gitSha.nullable(),
  createdAt: field.instant,
  window: z.object({ from: field.instant, to: field.instant }),
  /** Pseudonyms, as everywhere in a pack. */
  sessionId: field.sessionId.nullable(),
  traceId: field.trace.nullable(),
  redaction: z.object({
    mode: field.word('full'),
    rulesVersion: field.number,
    byRule: counts,
    droppedFields: field.number,
    /** Secrets of the server's own that every part was searched for, and those too short or too plain to be. */
    secretsSearched: field.number,
    secretsTooPlain: field.number,
  }),
  /** Different texts that people typed, or that relays said: in the pack since somebody chose them, and left out. */
  freeText: z.object({ included: field.number, leftOut: field.number }).exactOptional(),
  sections: z.array(sectionReport),
});
/** The head of a pack: what it is of, and what became of each part. */
export interface PackManifest extends Declared<typeof packManifest> {
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
  /** Free text is left out, but for the texts with these keys (`PackFreeText`); or all of it is in, with `true`. */
  readonly includeFreeText?: boolean | readonly string[] | undefined;
}

/** A text that somebody typed, or that a relay said, as a pack would have it. */
export interface PackFreeText {
  /** Stays the same while the server runs. */
  readonly key: string;
  /** Without what looks like a secret, an address, a telephone number or the name of a machine. */
  readonly text: string;
  /** Where it comes from, in words. */
  readonly from: readonly string[];
}

/** `POST /api/ops/support-pack/free-text`, with the body of the pack: each text that can be in it. */
export interface PackFreeTextAnswer {
  readonly texts: readonly PackFreeText[];
}

/** Declares `PackSample`. */
export const packSample = z.object({
  at: field.instant,
  framesPerSec: field.number,
  messagesPerSec: field.number,
  skippedTotal: field.number,
  sockets: field.number,
  relays: field.number,
  errors: field.number,
  queryMsP95: field.number.nullable(),
  poolWaiting: field.number,
  loopDelayMaxMs: field.number,
  utilization: field.number,
  rssBytes: field.number,
  heapUsedBytes: field.number,
});
/** Figures at one moment of the time that a pack was made in. */
export type PackSample = Declared<typeof packSample>;

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
