import { z } from 'zod';
import { type Declared, field } from './fields.js';

const scope = z.object({
  sessionId: field.sessionId.exactOptional(),
  show: field.show.exactOptional(),
  relayId: field.relayId.exactOptional(),
  /** The detector that failed. */
  detector: field.findingCode.exactOptional(),
  /** As many as there is room for. */
  socketIds: z.array(field.socketId).exactOptional(),
});

const evidence = z.object({
  name: field.words,
  value: field.numberOrText.nullable(),
  /** Its threshold, if it has one. */
  threshold: field.numberOrText.nullable(),
  /** Ids of the events that it rests on. */
  events: z.array(field.number).exactOptional(),
});
/** A figure that a finding rests on. */
export type FindingEvidence = Declared<typeof evidence>;

const step = z.object({
  text: field.text,
  command: field.text.exactOptional(),
  /** Where in the console the button is, such as `sockets?role=overlay`. */
  view: field.view.exactOptional(),
});
/** What to do: the exact button, command or variable. */
export type FindingStep = Declared<typeof step>;

/** Declares `Finding`. */
export const finding = z.object({
  /** The failure mode; the catalogue in packages/findings has them all. A page may meet one that it does not know. */
  code: field.findingCode,
  severity: field.word('info', 'warning', 'critical'),
  /** A condition lasts as long as it is so; an event has happened. */
  kind: field.word('condition', 'event'),
  since: field.instant,
  /** What it is of: a session, a relay, sockets, or the whole server. */
  scope,
  summary: field.text,
  evidence: z.array(evidence),
  ruledOut: z.array(z.object({ cause: field.cause, because: field.text })),
  cause: field.cause,
  /** In words; where the cause is `inconclusive`, what is missing to tell. */
  because: field.text,
  confidence: field.word('low', 'medium', 'high'),
  nextStep: step,
  /** Address of its section in the runbook. */
  runbook: field.words,
  clearsWhen: field.text,
  /** That it rests on what connections without a token or link have done: it is info, and no status changes by it. */
  isOfStrangers: field.yes.exactOptional(),
});
/** Something that is wrong, why, and what to do about it. */
export type Finding = Declared<typeof finding>;

/** Declares `FindingsAnswer`. */
export const findingsAnswer = z.object({
  at: field.instant,
  findings: z.array(finding),
  /** Detectors that looked, and found nothing. */
  clear: z.array(field.findingCode),
  /** Those that cleared lately, newest first. */
  cleared: z.array(
    z.object({ code: field.findingCode, cause: field.cause, since: field.instant, clearedAt: field.instant }),
  ),
  /** Detectors that did not look, and why: the server has not run for long enough, or they took too long before. */
  skipped: z.array(z.object({ code: field.findingCode, because: field.text })),
});
/** `GET /api/ops/findings`. */
export type FindingsAnswer = Declared<typeof findingsAnswer>;

/** Declares `FindingBefore`. */
export const findingBefore = finding.pick({ code: true, cause: true, since: true, scope: true, isOfStrangers: true });
/** What was found before, as far as the next look needs it. */
export type FindingBefore = Declared<typeof findingBefore>;
