import type { Comparison } from '@okboxbox/findings';
import { asTyped, type Finding, type FindingsAnswer, printableLine } from '@okboxbox/protocol';

/** What was looked at, and what was found. */
export type Examined = FindingsAnswer;

/** Findings for a terminal, the worst first; `now` is when they are read. */
export function findingsInWords(
  place: string,
  { at, findings, clear, skipped, cleared }: Examined,
  now: number,
): string {
  const count =
    findings.length === 0 ? 'no problems found' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  const lines = [
    `${place}: ${count}; checked ${span(now - at)} ago`,
    ...findings.flatMap((finding) => ['', ...inWords(finding, at)]),
    '',
    ...(clear.length === 0 ? [] : [`checked, no problem: ${clear.join(', ')}`]),
    ...skipped.map(({ code, because }) => `not checked: ${code} (${because})`),
    ...cleared.slice(0, 5).map(({ code, cause, clearedAt }) => `cleared ${span(at - clearedAt)} ago: ${code} ${cause}`),
  ];
  return lines
    .map((line) => printableLine(asTyped(line)))
    .join('\n')
    .trimEnd();
}

function inWords(finding: Finding, at: number): string[] {
  const { severity, code, cause, since, summary, because, evidence, ruledOut, nextStep, clearsWhen, runbook } = finding;
  const held = ({ name, value, threshold, events = [] }: Finding['evidence'][number]) =>
    `${name} ${value ?? 'unknown'}${threshold === null ? '' : ` (limit ${threshold})`}${events.length === 0 ? '' : ` [events ${events.join(' ')}]`}`;
  return [
    `${severity.toUpperCase()}  ${code} ${cause}, for ${span(at - since)}${scopeOf(finding)}`,
    `  ${summary}`,
    ...row('why', [because]),
    ...row('evidence', evidence.map(held)),
    ...row(
      'ruled out',
      ruledOut.map((each) => `${each.cause}: ${each.because}`),
    ),
    ...row('do', [nextStep.text, ...(nextStep.command === undefined ? [] : [nextStep.command])]),
    ...row('clears', [clearsWhen]),
    ...row('read', [runbook]),
  ];
}

function row(name: string, texts: readonly string[]): string[] {
  return texts.map((text, i) => `  ${(i === 0 ? name : '').padEnd(10)} ${text}`);
}

function scopeOf({ scope }: Finding): string {
  const { sessionId, relayId, show, detector, socketIds = [] } = scope;
  const named = [
    ...(sessionId === undefined ? [] : [sessionId]),
    ...(show === undefined ? [] : [`show ${show}`]),
    ...(relayId === undefined ? [] : [`relay ${relayId}`]),
    ...(detector === undefined ? [] : [`detector ${detector}`]),
    ...(socketIds.length === 0 ? [] : [`sockets ${socketIds.slice(0, 5).join(' ')}`]),
  ];
  return named.length === 0 ? '' : `, of ${named.join(', ')}`;
}

/** What a pack's own findings say beside those that were made again of its figures. */
export function differenceInWords(
  comparison: Comparison | null,
  made: { readonly by: string; readonly isSameVersion: boolean },
): string {
  if (comparison === null) return 'Computed from the pack. It has no recorded findings to compare with.';
  if (comparison.areSame) return 'Computed from the pack again: the same as recorded.';
  const names = (findings: readonly Finding[]) =>
    findings.map(({ code, cause }) => `${code} ${cause}`).join(', ') || 'none';
  const why = made.isSameVersion ? '' : ` The pack was created by version ${made.by}, whose rules may differ.`;
  return printableLine(
    `Computed from the pack again: not the same as recorded. Only now: ${names(comparison.onlyFirst)}. ` +
      `Only recorded: ${names(comparison.onlySecond)}.${why}`,
  );
}

function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 100) return `${s} s`;
  return s < 6_000 ? `${Math.round(s / 60)} min` : `${(s / 3_600).toFixed(1)} h`;
}
