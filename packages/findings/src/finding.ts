import type { Finding, FindingEvidence, FindingStep, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { type Bound, type CauseOf, causeOf, type FailureMode, runbookOf } from './failure-mode.js';

/** What a detector says of a cause that it has found. */
export interface Found {
  readonly scope?: Finding['scope'];
  readonly summary: string;
  readonly because: string;
  readonly evidence: readonly FindingEvidence[];
  readonly ruledOut?: Finding['ruledOut'];
  readonly confidence?: Finding['confidence'];
  readonly severity?: Finding['severity'];
  readonly kind?: Finding['kind'];
  /** When it began, where that is known; else it is as old as the first look that found it. */
  readonly since?: number;
  readonly nextStep?: FindingStep;
}

/** Makes a finding of what a detector has found and what the catalogue knows of it. */
export function finding<M extends FailureMode>(
  snapshot: Pick<OpsSnapshot, 'at' | 'before'>,
  mode: M,
  cause: CauseOf<M>,
  found: Found,
): Finding {
  const known = causeOf(mode, cause);
  const scope = found.scope ?? {};
  const before = earlier(snapshot, mode.code, scope, cause);
  return {
    code: mode.code,
    severity: found.severity ?? known.severity,
    kind: found.kind ?? 'condition',
    since: before?.since ?? Math.min(snapshot.at, Math.round(found.since ?? snapshot.at)),
    scope,
    summary: found.summary,
    evidence: found.evidence,
    ruledOut: found.ruledOut ?? [],
    cause,
    because: found.because,
    confidence: found.confidence ?? 'high',
    nextStep: namedStep(found.nextStep ?? known.nextStep, scope),
    runbook: runbookOf(mode),
    clearsWhen: known.clearsWhen,
  };
}

/** A step with the real show in place of `SHOW`, where the finding is of one: it can be copied as it is. */
function namedStep(step: FindingStep, { show }: Finding['scope']): FindingStep {
  if (show === undefined || step.command === undefined) return step;
  return { ...step, command: step.command.replace('SHOW', show) };
}

/** The same finding of the look before, where there was one. */
export function earlier(
  { before }: Pick<OpsSnapshot, 'before'>,
  code: string,
  scope: Finding['scope'],
  cause?: string,
): OpsSnapshot['before'][number] | undefined {
  return before.find(
    (each) =>
      each.code === code &&
      (cause === undefined || each.cause === cause) &&
      each.scope.sessionId === scope.sessionId &&
      each.scope.relayId === scope.relayId &&
      each.scope.show === scope.show &&
      each.scope.detector === scope.detector,
  );
}

/** What a value must exceed: more to be believed than to stay believed. */
export function limitOf(bound: Bound, isBelieved: boolean): number {
  return isBelieved ? bound.clear : bound.raise;
}

/** A value beside its threshold. */
export function figure(
  name: string,
  value: number | string | null | undefined,
  threshold: number | string | null = null,
  events?: readonly number[],
): FindingEvidence {
  return { name, value: value ?? null, threshold, ...(events && events.length > 0 && { events }) };
}

/** Sessions that run, newest first. */
export function running({ sessions }: Pick<OpsSnapshot, 'sessions'>): readonly OpsSession[] {
  return sessions.filter(({ status }) => status === 'live');
}

/** Ids of the newest events of some names that fit, newest first; no more than a few. */
export function eventIds(
  { events }: Pick<OpsSnapshot, 'events'>,
  names: readonly string[],
  fits: (event: OpsSnapshot['events'][number]) => boolean = () => true,
): number[] {
  return events
    .filter((event) => names.includes(event.event) && fits(event))
    .slice(0, 5)
    .map(({ id }) => id);
}

/** A span in words. */
export function inWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1_000).toFixed(1).replace('.0', '')} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

/** A count with its noun. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
