import type { FailureMode } from '../failure-mode.js';

/** Of the looking itself: a detector that does not work. */
export const MODE = {
  code: 'DETECTOR_FAILED',
  title: 'Detector failed',
  place: 100,
  meaning: 'The detector of one failure mode has failed. The others continue.',
  impact: 'That failure mode goes unnoticed. Check for it yourself, with its section in this runbook.',
  signs: ['A failure mode that you can see has no finding'],
  checks: [{ what: 'which detector, and why', how: 'GET /api/ops/findings' }],
  bounds: {
    tookMs: { raise: 25, clear: 25, unit: 'ms', what: 'longest time a detector may take, three times in a row' },
  },
  rules: [],
  causes: {
    threw: {
      title: 'A detector threw',
      meaning: 'It met unexpected figures. This is a bug.',
      severity: 'warning',
      nextStep: { text: 'Press Export Support Pack and send the pack: it reproduces the bug.', view: 'overview' },
      fixes: ['Check for the failure mode yourself, with its section.', 'Export a support pack and send it.'],
      clearsWhen: 'that detector succeeds.',
    },
    took_too_long: {
      title: 'A detector took too long',
      meaning: 'It is skipped for a minute, so that it does not slow down the server.',
      severity: 'info',
      nextStep: {
        text: 'Check the event loop: on an overloaded machine everything is slow.',
        view: 'overview',
      },
      fixes: ['Reduce the load on the machine.', 'If the machine is not busy, export a support pack and send it.'],
      clearsWhen: 'that detector finishes in time, a minute later.',
      alerts: false,
    },
  },
  inconclusive: null,
} as const satisfies FailureMode;
