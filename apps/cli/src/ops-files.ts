import { CATALOGUE, DETECTORS, runDetectors } from '@okboxbox/findings';
import {
  asWritten,
  findingsAnswer as declaredAnswer,
  type FindingsAnswer,
  findingBefore,
  type OpsSnapshot,
  packManifest,
  readerOf,
} from '@okboxbox/protocol';
import { z } from 'zod';

/** What comes from a server or out of a pack, read by what the protocol declares. */

const CODES: ReadonlySet<string> = new Set(CATALOGUE.map((mode) => mode.code));
/** Findings as they are printed: each of a failure mode that the catalogue has. */
const answer = readerOf(declaredAnswer, {
  findings: { kind: undefined, scope: {}, confidence: asWritten },
  clear: [],
  skipped: [],
  cleared: [{ since: undefined }],
}).refine(
  ({ findings, clear, skipped, cleared }) =>
    [...clear, ...[...findings, ...skipped, ...cleared].map(({ code }) => code)].every((code) => CODES.has(code)),
  'a failure mode that this version does not know',
);

/** A server's answer; `null` where it is none. */
export function findingsAnswer(given: unknown): FindingsAnswer | null {
  const read = answer.safeParse(given);
  return read.success ? read.data : null;
}

/** What a problem document says; `null` where there is none. */
export function problem(given: unknown): string | null {
  const read = z.looseObject({ detail: z.string() }).safeParse(given);
  return read.success ? read.data.detail : null;
}

/** Figures of a part, as its server wrote them: a detector says itself what it lacks. */
const part = z.looseObject({});
const list = z.array(part);
const session = z.looseObject({
  sessionId: z.string(),
  show: z.string(),
  status: z.enum(['live', 'ended']),
  relays: z.array(z.looseObject({ relayId: z.string(), clock: part })),
  viewers: part,
});
const group = z.looseObject({
  role: z.string(),
  room: z.enum(['live', 'broadcast', 'none']),
  count: z.number(),
  socketIds: z.array(z.string()),
});
const snapshot = z.looseObject({
  at: z.number(),
  summary: z.looseObject({
    uptimeMs: z.number(),
    sockets: part,
    database: part,
    eventLoop: part,
    broadcastDelay: part,
  }),
  sessions: z.array(session),
  relays: z.looseObject({ away: list, refused: list, waiting: list }),
  socketGroups: z.array(group),
  churn: part,
  rooms: part.nullable().default(null),
  database: part.nullable().default(null),
  history: part.nullable().default(null),
  events: list,
  audit: list.default([]),
  before: z.array(readerOf(findingBefore, { scope: {} })).default([]),
});
const pack = z.looseObject({
  manifest: readerOf(packManifest.pick({ kind: true, version: true, createdAt: true, sections: true }), {
    createdAt: asWritten,
    sections: {
      name: asWritten,
      status: asWritten,
      tookMs: undefined,
      bytes: undefined,
      redacted: undefined,
      droppedFields: undefined,
    },
  }),
  sections: z.record(z.string(), z.unknown()),
});

/** What of a pack was made again of its figures, and what it has recorded. */
export interface ReadPack {
  readonly manifest: { readonly version: string; readonly createdAt: number };
  /** What is found in the figures of the pack now. */
  readonly again: FindingsAnswer | null;
  readonly recorded: FindingsAnswer | null;
  /** Why either is not there; empty where both are. */
  readonly because: string;
}

/** Reads what has been parsed of a file; `null` where it is no pack. */
export function readPack(given: unknown): ReadPack | null {
  const read = pack.safeParse(given);
  if (!read.success) return null;
  const { manifest, sections } = read.data;
  const figures = snapshot.safeParse(sections.snapshot);
  // Checked as far as it is relied upon: a detector that meets less says so itself.
  const again = figures.success ? madeAgain(figures.data as unknown as OpsSnapshot) : null;
  const found = answer.safeParse(sections.findings);
  const recorded = found.success ? found.data : null;
  const why = (name: string, error: z.ZodError | undefined) => {
    const report = manifest.sections.find((each) => each.name === name);
    if (report === undefined) return `The part "${name}" is not in the pack.`;
    if (report.status !== 'success')
      return `The part "${name}" is ${report.status}: ${report.because ?? 'no reason was given'}.`;
    const field = error?.issues[0]?.path.join('.') ?? '';
    return `The part "${name}" is damaged.${field === '' ? '' : ` Its field "${field}" cannot be read.`}`;
  };
  return {
    manifest,
    again,
    recorded,
    because: [
      ...(again === null ? [why('snapshot', figures.error)] : []),
      ...(recorded === null ? [why('findings', found.error)] : []),
    ].join(' '),
  };
}

/** What detectors find in figures that are not checked to the last: `null` where that is no finding any more. */
function madeAgain(snapshot: OpsSnapshot): FindingsAnswer | null {
  const found = { at: snapshot.at, ...runDetectors(snapshot, DETECTORS), cleared: [] };
  // As a server would send it: a figure that is no number is unknown.
  return findingsAnswer(JSON.parse(JSON.stringify(found)));
}
