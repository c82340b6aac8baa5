import type { FailureMode } from './failure-mode.js';

/** Of the looking itself: figures that do not come. */
export const NO_DATA = {
  code: 'NO_DATA',
  title: 'No data',
  meaning: 'Figures that findings are made of are missing. What is not seen is not therefore all right.',
  impact: 'The failure modes that need these figures may go unnoticed.',
  signs: ['Charts of the console end before now', 'A relay shows no clock'],
  checks: [
    { what: 'when the newest point of the history was taken', how: 'GET /api/ops/history' },
    { what: 'whether the relay has a clock', how: 'GET /api/ops/sessions' },
  ],
  bounds: {
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'how long the server has run before this is said' },
    clockMs: { raise: 20_000, clear: 20_000, unit: 'ms', what: 'how long a relay has been connected without a clock' },
    historyAgeMs: { raise: 30_000, clear: 12_000, unit: 'ms', what: 'how old the newest point of the history is' },
    sweepAgeMs: { raise: 300_000, clear: 150_000, unit: 'ms', what: 'how long ago rooms were swept' },
  },
  rules: [
    {
      name: 'OkBoxBoxDown',
      expr: 'absent(okboxbox_start_time_seconds)',
      for: '1m',
      severity: 'critical',
      summary: 'The server does not answer to Prometheus: it is down, or its metrics are off.',
      test: { fires: [], silent: [{ series: 'okboxbox_start_time_seconds', values: '1.7e9x10' }], at: '2m' },
    },
    {
      name: 'OkBoxBoxFindingsOld',
      expr: 'okboxbox_findings_age_seconds > 30',
      for: '1m',
      severity: 'warning',
      summary: 'The server has not looked for what is wrong with it for more than 30 s.',
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
      summary: 'The server answers, and does not say when it looked for what is wrong with it.',
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
      title: 'Figures have never come',
      meaning: 'Something that should tell its figures has not told any since it is there.',
      severity: 'info',
      nextStep: { text: 'Update the relay that is named, or restart the server where it is not a relay.' },
      fixes: [
        'Where a relay is named: update it. One that does not answer for its clock cannot be watched for drift.',
        'Else restart the server after the session, and send a support pack.',
      ],
      clearsWhen: 'the figures come.',
      alerts: false,
    },
    sampling_stopped: {
      title: 'Figures have stopped coming',
      meaning: 'They came once and do not any more: what samples them has stopped, or the server is too busy to.',
      severity: 'warning',
      nextStep: { text: 'Look at the event loop, and export a support pack.', view: 'overview' },
      fixes: ['Look at the event loop: a server that is held up does not sample.', 'Export a support pack, restart.'],
      clearsWhen: 'a figure is as new as it should be.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode<'NO_DATA'>;

/** Of the looking itself: a detector that does not work. */
export const DETECTOR_FAILED = {
  code: 'DETECTOR_FAILED',
  title: 'Detector failed',
  meaning: 'What looks for one of the failure modes has failed itself. The others go on.',
  impact: 'That one failure mode goes unnoticed: look for it by hand, by its section here.',
  signs: ['A failure mode that you can see has no finding'],
  checks: [{ what: 'which detector it is, and why', how: 'GET /api/ops/findings' }],
  bounds: { tookMs: { raise: 25, clear: 25, unit: 'ms', what: 'what a detector may take, three times in a row' } },
  rules: [],
  causes: {
    threw: {
      title: 'A detector threw',
      meaning: 'It met figures that it was not made for: a fault of ours.',
      severity: 'warning',
      nextStep: { text: 'Press Export Support Pack and send it: the pack makes it happen again.', view: 'overview' },
      fixes: ['Look for the failure mode by hand, by its section.', 'Export a support pack and send it.'],
      clearsWhen: 'a look of that detector ends well.',
    },
    took_too_long: {
      title: 'A detector took too long',
      meaning: 'It is left out for a minute, so that looking does not hold up the show.',
      severity: 'info',
      nextStep: {
        text: 'Look at the event loop: on a machine that is too busy everything takes long.',
        view: 'overview',
      },
      fixes: ['Take load off the machine.', 'Export a support pack and send it, where the machine is not busy.'],
      clearsWhen: 'a look of that detector, a minute later, ends in time.',
      alerts: false,
    },
  },
  inconclusive: null,
} as const satisfies FailureMode<'DETECTOR_FAILED'>;
