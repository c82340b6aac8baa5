import type { Finding, FindingStep, OpsSnapshot } from '@okboxbox/protocol';

/** A bound with two sides: something is believed at `raise`, and forgotten only below `clear`. */
export interface Bound {
  readonly raise: number;
  readonly clear: number;
  readonly unit: 'ms' | 'count' | 'share' | 'bytes';
  /** The figure that is compared with it, in words. */
  readonly what: string;
}

/** What is known of a cause before it is ever seen. */
export interface CauseEntry {
  readonly title: string;
  /** What has happened, for a reader who has never seen it. */
  readonly meaning: string;
  /** How bad it is, unless what it is found in makes it worse or better. */
  readonly severity: Finding['severity'];
  readonly nextStep: FindingStep;
  /** What repairs it, in order. */
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

/**
 * A way in which the service fails: everything that is known of it before it is seen. Findings, the console, the rules of
 * Prometheus and the runbook are made from it.
 */
export interface FailureMode {
  /** Its name on the wire, such as `CLOCK_DRIFT`. */
  readonly code: string;
  /** Its name everywhere else. */
  readonly title: string;
  /** Where it stands among the others: lists and the runbook have them in rising order. */
  readonly place: number;
  readonly meaning: string;
  readonly impact: string;
  /** How it is noticed without a finding. */
  readonly signs: readonly string[];
  readonly checks: readonly Check[];
  readonly bounds: Readonly<Record<string, Bound>>;
  /** Besides the rules on its findings. */
  readonly rules: readonly RawRule[];
  /** Its causes by their names on the wire, in the order in which they are listed. */
  readonly causes: Readonly<Record<string, CauseEntry>>;
  /** For when it is seen and none of the causes is; `null` where there is always one of them. */
  readonly inconclusive: CauseEntry | null;
}

/** The causes of a failure mode, and `inconclusive`. */
export type CauseOf<M extends FailureMode> = (keyof M['causes'] & string) | 'inconclusive';

/** What is known of a cause. @throws Error where the failure mode has no such cause: the detector is wrong. */
export function causeOf<M extends FailureMode>(mode: M, cause: CauseOf<M>): CauseEntry {
  const known = cause === 'inconclusive' ? mode.inconclusive : mode.causes[cause];
  if (known == null) throw new Error(`${mode.code} has no cause "${cause}".`);
  return known;
}

/** Causes of a failure mode in their order, and `inconclusive` where it may be that. */
export function causesOf(mode: FailureMode): readonly (readonly [cause: string, entry: CauseEntry])[] {
  const named = Object.entries(mode.causes);
  return mode.inconclusive === null ? named : [...named, ['inconclusive', mode.inconclusive]];
}

/** Looks for one failure mode. The same snapshot always gives the same findings. */
export interface Detector {
  /** The code of the failure mode. */
  readonly code: string;
  /** Why it does not look yet; `null` where it does. */
  notYet(snapshot: OpsSnapshot): string | null;
  look(snapshot: OpsSnapshot): readonly Finding[];
  /** What a finding of its own brings about: codes, or `CODE/cause`. Those are not told beside it. */
  explains?(finding: Finding, snapshot: OpsSnapshot): readonly string[];
}

/** A failure mode with its detector: what its folder gives to the list. */
export interface DetectedMode extends Detector {
  readonly mode: FailureMode;
}

/** Joins a failure mode and its detector; without `notYet` it looks from the start. */
export function defineFailureMode(
  mode: FailureMode,
  { notYet = () => null, ...rest }: Pick<Detector, 'look' | 'explains'> & Partial<Pick<Detector, 'notYet'>>,
): DetectedMode {
  return { mode, code: mode.code, notYet, ...rest };
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
