import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'CLOCK_DRIFT',
  title: 'High clock drift',
  place: 30,
  meaning:
    'What a relay sends arrives long after it was captured, or seems to. Three figures show why: the offset of its clock ' +
    '(within a bound), how long frames wait at the relay, and how long they are in transit.',
  impact:
    'A clock that is off never makes the public picture early, but may make it late. A backlog or a slow network makes live ' +
    'timing late. Lap times go by the sim’s own clock and stay right.',
  signs: [
    '`drift_warn` among the events of relays',
    '`driftP95` over 5000 ms in the sessions',
    'Timing does not match the video',
  ],
  checks: [
    { what: 'warnings of drift', how: 'GET /api/ops/events?type=relay' },
    { what: 'drift, clock, queue age and transit of each relay, side by side', how: 'GET /api/ops/sessions' },
    { what: 'how many records wait at the relay', how: 'http://127.0.0.1:8765/debug' },
  ],
  bounds: {
    driftMs: { raise: 5_000, clear: 2_500, unit: 'ms', what: '`driftP95`: |received − captured|, as measured' },
    offsetMs: {
      raise: 2_000,
      clear: 1_000,
      unit: 'ms',
      what: 'the certain part of the clock’s offset: |offset| − bound',
    },
    queueMs: { raise: 3_000, clear: 1_500, unit: 'ms', what: 'how long frames wait at the relay before they are sent' },
    waitingMs: { raise: 1_500, clear: 1_000, unit: 'ms', what: 'age of the oldest record that still waits there' },
    transitMs: {
      raise: 3_000,
      clear: 1_500,
      unit: 'ms',
      what: 'how long frames are in transit, by the server’s clock',
    },
    arriving: {
      raise: 0.35,
      clear: 0.7,
      unit: 'share',
      what: 'frames that arrive in 10 s, of those captured: fewer than this, where what arrives is late or the line is busy',
    },
    settledMs: { raise: 15_000, clear: 15_000, unit: 'ms', what: 'how long a relay has fed before they are counted' },
    resumedMs: {
      raise: 10_000,
      clear: 10_000,
      unit: 'ms',
      what: 'how long a relay that was resumed has to send what waited',
    },
    roundTripMs: { raise: 2_000, clear: 1_500, unit: 'ms', what: 'the shorter one of the newest two round trips' },
    slowMs: { raise: 800, clear: 600, unit: 'ms', what: 'the same, from where it is told as info' },
    loopMs: {
      raise: 600,
      clear: 600,
      unit: 'ms',
      what: 'the event loop’s delay from which this server is the cause as well',
    },
    loopShare: { raise: 0.9, clear: 0.9, unit: 'share', what: 'its utilization from which it is' },
    stepMs: { raise: 1_000, clear: 1_000, unit: 'ms', what: 'a step of the relay’s clock within the last 90 s' },
  },
  rules: [
    {
      name: 'OkBoxBoxDriftHigh',
      expr: 'okboxbox_relay_drift_p95_max_seconds > 5',
      for: '2m',
      severity: 'warning',
      summary: 'The worst relay’s frames arrive more than 5 s after they were captured.',
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
      meaning: 'The racing PC’s clock is wrong by more than network latency can explain. Nothing is late.',
      severity: 'warning',
      nextStep: {
        text: 'Set the racing PC’s clock, then restart the relay: it reads the time once per run.',
        command: 'w32tm /resync   (Linux: ntpdate pool.ntp.org)',
      },
      fixes: [
        'On the racing PC, let the system set the clock: `w32tm /resync` on Windows, `ntpdate pool.ntp.org` elsewhere.',
        'Restart the relay between two sessions: it reads the system clock once per run.',
      ],
      clearsWhen: 'the clock is off by less than 1 s, apart from what network latency can explain.',
    },
    backlog: {
      title: 'Frames wait at the relay',
      meaning: 'The relay captures more than its uplink carries, or it is catching up after an interruption.',
      severity: 'warning',
      nextStep: {
        text: 'Check the relay’s queue. If it shrinks, wait. If it grows, stop other traffic on its uplink.',
        command: 'http://127.0.0.1:8765/debug',
      },
      fixes: [
        'The relay’s page http://127.0.0.1:8765/debug shows whether the queue grows or shrinks. If it shrinks, wait.',
        'If it grows and the finding names a rate, set `RELAY_SAMPLE_HZ` to it in `relay.env`. It takes effect within a second.',
        'Check what else uses the uplink of the racing PC.',
      ],
      clearsWhen: 'frames are less than 1.5 s old when they are sent, and as many arrive as are captured.',
    },
    latency: {
      title: 'The network is slow',
      meaning:
        'Frames take long between the racing PC and this server, and all of them arrive. It is only info while they take less ' +
        'than a second.',
      severity: 'warning',
      nextStep: {
        text: 'Measure the network from the racing PC to this server, and stop other traffic on it.',
        command: 'ping THIS-SERVER',
      },
      fixes: [
        '`ping` and `curl -w "%{time_total}\\n" -o NUL http://THIS-SERVER:3001/api/health` from the racing PC.',
        'The usual causes are a VPN, a mobile connection or an upload: stop them.',
        'A lower `RELAY_SAMPLE_HZ` does not help: the connection carries all frames, only later.',
      ],
      clearsWhen:
        'a round trip takes less than 600 ms, and frames have been in transit for less than 1.5 s for a minute.',
    },
    clock_jump: {
      title: 'The sim’s session clock jumps',
      meaning:
        'Frames from this relay are dropped: their session time is over 5 s ahead of the time that has passed. One such ' +
        'frame would make all correct ones late.',
      severity: 'warning',
      nextStep: {
        text: 'If nobody moved the sim’s clock on purpose, pause this relay, or revoke its token.',
        view: 'sessions',
      },
      fixes: [
        'If the sim’s clock was moved on purpose, its frames are accepted after 5 s, unless another relay of the session contradicts.',
        'If other relays of the session are unaffected, this one is wrong: restart its sim and its relay.',
        'If it continues, pause the relay (Sessions, the relay, *Pause*) or revoke its token.',
      ],
      clearsWhen: '90 s have passed without such a frame.',
    },
    clock_step: {
      title: 'The relay’s clock was set',
      meaning: 'The clock that timestamps frames has jumped: the PC was asleep, or its clock was changed.',
      severity: 'warning',
      nextStep: { text: 'None yet: watch whether it happens again. If it does, let the system set the clock.' },
      fixes: [
        'Check that only one program sets the racing PC’s clock, and that the PC does not sleep.',
        'Frames captured around the change may be shown late, never early.',
      ],
      clearsWhen: 'the clock has not changed for 90 s.',
    },
  },
  inconclusive: {
    title: 'Drift is high, for an unknown reason',
    meaning:
      'A figure is missing that would distinguish a wrong clock from late frames, or no figure alone exceeds its bound.',
    severity: 'warning',
    nextStep: { text: 'Update the relay: this version does not report when it sends, or does not report its clock.' },
    fixes: [
      'If a figure is missing, update the relay, so that it reports send times and its clock.',
      'If none is missing, compare the relay’s queue age, transit time and clock over the last minute.',
      'Compare the clocks yourself: `date` on the server, the time on the racing PC.',
    ],
    clearsWhen: '`driftP95` is below 2500 ms, or the cause is known.',
  },
} as const satisfies FailureMode;
