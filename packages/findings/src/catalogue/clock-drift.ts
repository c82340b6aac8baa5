import type { FailureMode } from './failure-mode.js';

export const CLOCK_DRIFT = {
  code: 'CLOCK_DRIFT',
  title: 'High clock drift',
  meaning:
    'What a relay sends comes long after it was captured, or seems to. Three figures tell why: what its clock is off ' +
    '(within a bound), how long frames wait at the relay, and how long they travel.',
  impact:
    'A clock that is off never makes the public picture early; it may make it late. A backlog or a slow line makes live ' +
    'timing late. Lap times go by the sim’s own clock and stay right.',
  signs: [
    '`drift_warn` among the events of relays',
    '`driftP95` over 5000 ms in the sessions',
    'Timing seems out of step with the picture',
  ],
  checks: [
    { what: 'warnings of drift', how: 'GET /api/ops/events?type=relay' },
    { what: 'drift, clock, queue age and transit of each relay, side by side', how: 'GET /api/ops/sessions' },
    { what: 'how much waits at the relay', how: 'http://127.0.0.1:8765/debug' },
  ],
  bounds: {
    driftMs: { raise: 5_000, clear: 2_500, unit: 'ms', what: '`driftP95`, |received − captured| as it comes' },
    offsetMs: { raise: 2_000, clear: 1_000, unit: 'ms', what: 'what the clock is off for certain: |offset| − bound' },
    queueMs: { raise: 3_000, clear: 1_500, unit: 'ms', what: 'how long frames wait at the relay before they are sent' },
    waitingMs: { raise: 1_500, clear: 1_000, unit: 'ms', what: 'how old the oldest record is that still waits there' },
    transitMs: { raise: 3_000, clear: 1_500, unit: 'ms', what: 'how long frames travel, by the server’s clock' },
    boundMs: { raise: 1_500, clear: 750, unit: 'ms', what: 'half of the shortest round trip of the last minute' },
    stepMs: { raise: 1_000, clear: 1_000, unit: 'ms', what: 'a step of the relay’s clock within the last 90 s' },
  },
  rules: [
    {
      name: 'OkBoxBoxDriftHigh',
      expr: 'okboxbox_relay_drift_p95_max_seconds > 5',
      for: '2m',
      severity: 'warning',
      summary: 'What the worst relay sends comes more than 5 s from its time.',
      test: {
        fires: [{ series: 'okboxbox_relay_drift_p95_max_seconds', values: '7x10' }],
        silent: [{ series: 'okboxbox_relay_drift_p95_max_seconds', values: '0.2x10' }],
        at: '4m',
      },
    },
  ],
  causes: {
    clock_offset: {
      title: 'The relay’s clock is off',
      meaning: 'The racing PC’s clock is wrong by more than the line leaves open. Nothing is late.',
      severity: 'warning',
      nextStep: {
        text: 'Set the racing PC’s clock, then start the relay again: it takes the time once a run.',
        command: 'w32tm /resync   (Linux: ntpdate pool.ntp.org)',
      },
      fixes: [
        'On the racing PC let the system set the clock: `w32tm /resync` on Windows, `ntpdate pool.ntp.org` elsewhere.',
        'Start the relay again between two sessions: frames are stamped by a clock that it takes over once a run.',
      ],
      clearsWhen: 'the clock is off by less than 1 s, beyond what the line leaves open.',
    },
    backlog: {
      title: 'Frames wait at the relay',
      meaning: 'The relay captures faster than it gets rid of: its line is too narrow, or was cut and catches up.',
      severity: 'warning',
      nextStep: {
        text: 'Look at the relay’s queue; where it grows, lower RELAY_SAMPLE_HZ in its relay.env.',
        command: 'RELAY_SAMPLE_HZ=5',
      },
      fixes: [
        'The agent’s page http://127.0.0.1:8765/debug shows whether the queue grows or shrinks. One that shrinks catches up.',
        'Where it grows, set `RELAY_SAMPLE_HZ` lower in `relay.env`; it is in force within a second.',
        'See what else uses the uplink of the racing PC.',
      ],
      clearsWhen: 'what is sent is less than 1.5 s old.',
    },
    latency: {
      title: 'The line is slow',
      meaning: 'Frames travel for seconds between the racing PC and this server.',
      severity: 'warning',
      nextStep: {
        text: 'Measure the line from the racing PC to this server, and take what else uses it away.',
        command: 'ping THIS-SERVER',
      },
      fixes: [
        '`ping` and `curl -w "%{time_total}\\n" -o NUL http://THIS-SERVER:3001/api/health` from the racing PC.',
        'A VPN, a mobile line or an upload beside it are the usual ones: take them away.',
        'Lower `RELAY_SAMPLE_HZ` where the line is narrow.',
      ],
      clearsWhen: 'frames travel for less than 1.5 s, for a minute.',
    },
    clock_jump: {
      title: 'The sim’s clock jumps',
      meaning:
        'Frames of this relay are dropped: the session time in them is over 5 s further than the time that has passed. One ' +
        'such frame would leave every honest one behind.',
      severity: 'warning',
      nextStep: {
        text: 'Where the sim was not moved on by hand, take this relay out: pause it, or revoke its token.',
        view: 'sessions',
      },
      fixes: [
        'A sim that was truly moved on is taken again after 5 s, if no other relay of the session says otherwise.',
        'Where other relays of the session go on as before, it is this one that is wrong: restart its sim and its relay.',
        'Where it goes on, pause it (Sessions, the relay, *Pause*) or revoke its token.',
      ],
      clearsWhen: '90 s have passed without such a frame.',
    },
    clock_step: {
      title: 'The relay’s clock was set',
      meaning: 'The clock that stamps frames has jumped: the PC slept, or the relay’s own clock was changed.',
      severity: 'warning',
      nextStep: { text: 'Nothing at once: see whether it steps again. Where it does, let the system keep the time.' },
      fixes: [
        'See that only one program sets the racing PC’s clock, and that the PC does not sleep.',
        'What was captured around the step may be shown late, never early.',
      ],
      clearsWhen: '90 s have passed without another step.',
    },
  },
  inconclusive: {
    title: 'Drift is high, and it cannot be told why',
    meaning:
      'A figure is missing that would tell a wrong clock from frames that are late, or none of them is beyond its bound by itself.',
    severity: 'warning',
    nextStep: { text: 'Update the relay: this one does not say when it sends, or does not answer for its clock.' },
    fixes: [
      'Where a figure is missing: update the relay, so that it says when it sends and answers for its clock.',
      'Where all are there: look at queue age, transit and clock of the relay together, and at the newest minute of each.',
      'Compare the clocks by hand: `date` on the server, the time on the racing PC.',
    ],
    clearsWhen: '`driftP95` is below 2500 ms, or a figure tells the cause.',
  },
} as const satisfies FailureMode<'CLOCK_DRIFT'>;
