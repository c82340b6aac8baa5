import type { FailureMode } from '../failure-mode.js';

/** Of the looking itself: figures that do not come. */
export const MODE = {
  code: 'NO_DATA',
  title: 'No data',
  place: 90,
  meaning: 'Figures that findings need are missing. A failure may exist without a finding.',
  impact: 'The failure modes that need these figures may go unnoticed.',
  signs: ['Charts in the console end in the past', 'A relay shows no clock'],
  checks: [
    { what: 'when the latest point of the history was taken', how: 'GET /api/ops/history' },
    { what: 'whether the relay has a clock', how: 'GET /api/ops/sessions' },
  ],
  bounds: {
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'uptime before this is checked' },
    clockMs: { raise: 20_000, clear: 20_000, unit: 'ms', what: 'how long a relay has been connected without a clock' },
    historyAgeMs: { raise: 30_000, clear: 12_000, unit: 'ms', what: 'age of the latest point of the history' },
    sweepAgeMs: { raise: 300_000, clear: 150_000, unit: 'ms', what: 'time since rooms were last swept' },
  },
  rules: [
    {
      name: 'OkBoxBoxDown',
      expr: 'absent(okboxbox_start_time_seconds)',
      for: '1m',
      severity: 'critical',
      summary: 'Prometheus cannot reach the server: it is down, or its metrics are off.',
      test: { fires: [], silent: [{ series: 'okboxbox_start_time_seconds', values: '1.7e9x10' }], at: '2m' },
    },
    {
      name: 'OkBoxBoxFindingsOld',
      expr: 'okboxbox_findings_age_seconds > 30',
      for: '1m',
      severity: 'warning',
      summary: 'The server has not looked for failures for more than 30 s.',
      test: {
        fires: [{ series: 'okboxbox_findings_age_seconds', values: '60x10' }],
        silent: [{ series: 'okboxbox_findings_age_seconds', values: '2x10' }],
        at: '3m',
      },
    },
    {
      name: 'OkBoxBoxFindingsMissing',
      expr: 'okboxbox_start_time_seconds unless on (instance, job) okboxbox_findings_age_seconds',
      for: '1m',
      severity: 'warning',
      summary: 'The server answers, but does not report when it last looked for failures.',
      test: {
        fires: [{ series: 'okboxbox_start_time_seconds', values: '1.7e9x10' }],
        silent: [
          { series: 'okboxbox_start_time_seconds', values: '1.7e9x10' },
          { series: 'okboxbox_findings_age_seconds', values: '2x10' },
        ],
        at: '3m',
      },
    },
  ],
  causes: {
    never_sampled: {
      title: 'Figures were never reported',
      meaning: 'Something that should report figures has never reported any.',
      severity: 'info',
      nextStep: { text: 'If a relay is named, update it. Otherwise restart the server after the session.' },
      fixes: [
        'If a relay is named, update it: without its clock, drift cannot be measured.',
        'Otherwise, restart the server after the session, and send a support pack.',
      ],
      clearsWhen: 'the figures are reported.',
      alerts: false,
    },
    sampling_stopped: {
      title: 'Figures are no longer reported',
      meaning: 'They were reported before and no longer are: the sampler has stopped, or the server is too busy.',
      severity: 'warning',
      nextStep: { text: 'Check the event loop, and export a support pack.', view: 'overview' },
      fixes: [
        'Check the event loop: a blocked server does not sample.',
        'Export a support pack, then restart the server.',
      ],
      clearsWhen: 'the figures are up to date.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode;
