import type { FINDING_CAUSES, Finding, FindingCode, FindingStep } from '@okboxbox/protocol';

/** A bound with two sides: something is believed at `raise`, and forgotten only below `clear`. */
export interface Bound {
  readonly raise: number;
  readonly clear: number;
  readonly unit: 'ms' | 'count' | 'share' | 'bytes';
  /** What is held against it, in words. */
  readonly what: string;
}

/** Causes of a code, and `inconclusive`. */
export type CauseOf<C extends FindingCode> = (typeof FINDING_CAUSES)[C][number] | 'inconclusive';

/** What is known of a cause before it is ever seen. */
export interface CauseEntry {
  readonly title: string;
  /** What has happened, for whoever has never seen it. */
  readonly meaning: string;
  /** How bad it is, unless what it is found in makes it worse or better. */
  readonly severity: Finding['severity'];
  readonly nextStep: FindingStep;
  /** What mends it, in order. */
  readonly fixes: readonly string[];
  readonly clearsWhen: string;
  /** `false` for what is expected: nobody is woken by it. */
  readonly alerts?: false;
}

/** A rule of Prometheus on a metric of its own: it holds where findings themselves do not come. */
export interface RawRule {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  /** A test of it: series that make it fire, those that do not, and how long that takes. */
  readonly test: { readonly fires: readonly Series[]; readonly silent: readonly Series[]; readonly at: string };
}

/** A series of samples, one a minute, as promtool writes them. */
export interface Series {
  readonly series: string;
  readonly values: string;
}

/** Something to look at by hand. */
export interface Check {
  readonly what: string;
  /** A call, a command or a view of the console. */
  readonly how: string;
}

/** A way in which the service fails, as the findings, the rules of Prometheus and the runbook all have it. */
export interface FailureMode<C extends FindingCode = FindingCode> {
  readonly code: C;
  readonly title: string;
  readonly meaning: string;
  readonly impact: string;
  /** How it is noticed without a finding. */
  readonly signs: readonly string[];
  readonly checks: readonly Check[];
  readonly bounds: Readonly<Record<string, Bound>>;
  /** Beside the rules on its findings. */
  readonly rules: readonly RawRule[];
  readonly causes: Readonly<Record<Exclude<CauseOf<C>, 'inconclusive'>, CauseEntry>>;
  /** Where it is seen and none of the causes is; `null` where there is always one of them. */
  readonly inconclusive: CauseEntry | null;
}

/** What is known of a cause. @throws Error where the failure mode has no such cause: a detector is wrong */
export function causeOf<C extends FindingCode>(mode: FailureMode<C>, cause: CauseOf<C>): CauseEntry {
  const known =
    cause === 'inconclusive' ? mode.inconclusive : mode.causes[cause as Exclude<typeof cause, 'inconclusive'>];
  if (known == null) throw new Error(`${mode.code} has no cause "${cause}".`);
  return known;
}

/** A section's name in an address, made of its title as Markdown's readers do. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

/** Where a failure mode's section stands. */
export function runbookOf(mode: Pick<FailureMode, 'title'>): string {
  return `docs/runbook.md#${anchorOf(mode.title)}`;
}
