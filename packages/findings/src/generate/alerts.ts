import { causesOf, runbookOf, type Series } from '../failure-mode.js';
import { CATALOGUE } from '../failure-modes.js';

/** A rule of Prometheus with what a test of it needs. */
export interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly keepFiringFor: string | null;
  /** Labels that the rule adds, and all that its alert has. */
  readonly adds: Readonly<Record<string, string>>;
  readonly has: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly test: {
    readonly fires: readonly Series[];
    readonly silent: readonly Series[];
    readonly at: string;
    readonly isFiring: Readonly<Record<string, string>>;
  };
}

/** Findings have hysteresis of their own: an alert only waits until it is no single look. */
const FOR = '30s';
const KEEP = '1m';

/** A rule for every cause that may wake somebody. */
export function findingAlerts(): readonly Alert[] {
  return CATALOGUE.flatMap((mode) =>
    causesOf(mode)
      .filter(([, entry]) => entry.alerts !== false)
      .map(([cause, entry]): Alert => {
        const labels = (severity: string) => `{code="${mode.code}",cause="${cause}",severity="${severity}"}`;
        const severity = entry.severity === 'info' ? 'warning' : entry.severity;
        const has = { code: mode.code, cause, severity };
        return {
          name: alertName(mode.code, cause),
          expr:
            `max by (instance, job, code, cause, severity) ` +
            `(okboxbox_findings{code="${mode.code}",cause="${cause}",severity!="info"}) > 0`,
          for: FOR,
          keepFiringFor: KEEP,
          adds: {},
          has,
          annotations: {
            summary: `${mode.title}: ${entry.title}.`,
            description: `${entry.meaning} ${entry.nextStep.text}`,
            runbook_url: runbookOf(mode),
          },
          test: {
            fires: [{ series: `okboxbox_findings${labels(severity)}`, values: '0 1x9' }],
            silent: [{ series: `okboxbox_findings${labels('info')}`, values: '1x10' }],
            at: '3m',
            isFiring: has,
          },
        };
      }),
  );
}

/** Rules on metrics of their own, which hold where findings do not come. */
export function rawAlerts(): readonly Alert[] {
  return CATALOGUE.flatMap((mode) =>
    mode.rules.map(({ name, expr, for: wait, severity, summary, test }): Alert => {
      const adds = { code: mode.code, severity };
      const stage = expr.startsWith('rate(okboxbox_stage_passes_total') ? { stage: 'live_ticks' } : {};
      return {
        name,
        expr,
        for: wait,
        keepFiringFor: null,
        adds,
        has: { ...adds, ...stage },
        annotations: { summary, description: mode.meaning, runbook_url: runbookOf(mode) },
        test: { ...test, isFiring: { ...adds, ...stage } },
      };
    }),
  );
}

/** `RELAY_NOT_CONNECTING` and `kill_switch` make `OkBoxBoxRelayNotConnectingKillSwitch`. */
function alertName(code: string, cause: string): string {
  const words = `${code}_${cause}`.toLowerCase().split('_');
  return `OkBoxBox${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}
