import { DETECTORS, runDetectors } from '@okboxbox/findings';
import { FINDING_CAUSES, type FindingsAnswer, type OpsSnapshot } from '@okboxbox/protocol';
import { z } from 'zod';

/** What comes from a server or out of a pack: what is relied upon is checked, the rest is as whoever wrote it has it. */

const list = z.array(z.looseObject({}));
const code = z.enum(Object.keys(FINDING_CAUSES) as [keyof typeof FINDING_CAUSES]);
const value = z.union([z.number(), z.string(), z.null()]);
const scope = z
  .looseObject({
    sessionId: z.string().optional(),
    show: z.string().optional(),
    relayId: z.string().optional(),
    detector: z.string().optional(),
    socketIds: z.array(z.string()).optional(),
  })
  .default({});
const finding = z.looseObject({
  code,
  cause: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  since: z.number(),
  scope,
  summary: z.string(),
  because: z.string(),
  evidence: z.array(
    z.looseObject({ name: z.string(), value, threshold: value, events: z.array(z.number()).optional() }),
  ),
  ruledOut: z.array(z.looseObject({ cause: z.string(), because: z.string() })),
  nextStep: z.looseObject({ text: z.string(), command: z.string().optional(), view: z.string().optional() }),
  runbook: z.string(),
  clearsWhen: z.string(),
});
const answer = z.looseObject({
  at: z.number(),
  findings: z.array(finding),
  clear: z.array(code).default([]),
  skipped: z.array(z.looseObject({ code, because: z.string() })).default([]),
  cleared: z.array(z.looseObject({ code, cause: z.string(), clearedAt: z.number() })).default([]),
});

/** A server's answer; `null` where it is none. */
export function findingsAnswer(given: unknown): FindingsAnswer | null {
  const read = answer.safeParse(given);
  return read.success ? (read.data as unknown as FindingsAnswer) : null;
}

/** What a problem document says; `null` where there is none. */
export function problem(given: unknown): string | null {
  const read = z.looseObject({ detail: z.string() }).safeParse(given);
  return read.success ? read.data.detail : null;
}

const part = z.looseObject({});
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
  before: z.array(z.looseObject({ code: z.string(), cause: z.string(), since: z.number(), scope })).default([]),
});
const pack = z.looseObject({
  manifest: z.looseObject({
    kind: z.literal('okboxbox-support-pack'),
    version: z.string(),
    createdAt: z.number(),
    sections: z.array(z.looseObject({ name: z.string(), status: z.string(), because: z.string().nullable() })),
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
  const recorded = findingsAnswer(sections.findings);
  const why = (name: string) => {
    const report = manifest.sections.find((each) => each.name === name);
    if (report === undefined) return `The part "${name}" is not in it.`;
    if (report.status !== 'success')
      return `The part "${name}" is ${report.status}: ${report.because ?? 'it does not say why'}.`;
    return `The part "${name}" is damaged.`;
  };
  return {
    manifest,
    again,
    recorded,
    because: [...(again === null ? [why('snapshot')] : []), ...(recorded === null ? [why('findings')] : [])].join(' '),
  };
}

/** What detectors find in figures that are not checked to the last: `null` where that is no finding any more. */
function madeAgain(snapshot: OpsSnapshot): FindingsAnswer | null {
  const found = { at: snapshot.at, ...runDetectors(snapshot, DETECTORS), cleared: [] };
  // As a server would send it: a figure that is no number is unknown.
  return findingsAnswer(JSON.parse(JSON.stringify(found)));
}
