import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'RELAY_NOT_CONNECTING',
  title: 'Relay not connecting',
  place: 10,
  meaning: 'A relay that should feed this server does not.',
  impact: 'Timing stops or does not start. What the relay captures meanwhile waits on its PC and is sent later.',
  signs: [
    'No sessions in `/api/ops/sessions`, or one that gets no frames',
    '`ingest.framesPerSec` is 0 in the summary',
    'No `relay:connected` among the events',
  ],
  checks: [
    { what: 'recent relay events, and which relays were refused', how: 'GET /api/ops/events?type=relay&limit=50' },
    { what: 'who was refused, and which capability was missing', how: 'GET /api/ops/events?type=socket&limit=50' },
    { what: 'whether the relay is running on the racing PC', how: 'ps aux | grep relay' },
    { what: 'the relay’s own page, on that PC', how: 'http://127.0.0.1:8765/debug' },
  ],
  bounds: {
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'how long a server waits for its first relay' },
    returnMs: {
      raise: 10_000,
      clear: 10_000,
      unit: 'ms',
      what: 'how long a server that was restarted waits for the relays of its sessions',
    },
    goneMs: { raise: 5_000, clear: 5_000, unit: 'ms', what: 'how long a relay has been disconnected' },
    leaves: {
      raise: 2,
      clear: 2,
      unit: 'count',
      what: 'disconnections after which a relay counts as one that keeps disconnecting',
    },
    leftMs: { raise: 120_000, clear: 120_000, unit: 'ms', what: 'the time within which they count' },
    stayedMs: { raise: 30_000, clear: 30_000, unit: 'ms', what: 'how long such a relay must stay connected' },
    heardMs: {
      raise: 5_000,
      clear: 2_500,
      unit: 'ms',
      what: 'for how long nothing at all, not even an answer, has come from a connected relay',
    },
    idleMs: { raise: 10_000, clear: 3_000, unit: 'ms', what: 'how long a connected relay has sent no frames' },
    refusedMs: { raise: 45_000, clear: 90_000, unit: 'ms', what: 'how long ago a relay was refused' },
  },
  rules: [
    {
      name: 'OkBoxBoxSessionWithoutRelay',
      expr: 'okboxbox_sessions_active > 0 and okboxbox_relays_connected == 0',
      for: '1m',
      severity: 'critical',
      summary: 'A session is live and no relay feeds it.',
      test: {
        fires: [
          { series: 'okboxbox_sessions_active', values: '1x10' },
          { series: 'okboxbox_relays_connected', values: '1 0x9' },
        ],
        silent: [
          { series: 'okboxbox_sessions_active', values: '0x10' },
          { series: 'okboxbox_relays_connected', values: '0x10' },
        ],
        at: '3m',
      },
    },
  ],
  causes: {
    never_seen: {
      title: 'No relay has ever connected',
      meaning:
        'No relay has tried to connect since this server started: none is running, or none has this server’s address.',
      severity: 'info',
      nextStep: {
        text: 'Start the relay on the racing PC and point RELAY_BACKENDS at this server.',
        command: 'RELAY_BACKENDS=http://THIS-SERVER:3001 RELAY_TOKEN=… okboxbox relay --source iracing',
      },
      fixes: [
        'On the racing PC, check that the relay is running (`ps aux | grep relay`).',
        'Set `RELAY_BACKENDS` to this server, and check that the PC reaches it: `curl http://THIS-SERVER:3001/api/health`.',
        'Open the relay’s page, http://127.0.0.1:8765/debug: it says why it cannot connect.',
      ],
      clearsWhen: 'a relay sends frames.',
    },
    gone: {
      title: 'A relay has disconnected',
      meaning:
        'A relay that fed this server has disconnected. Its network connection is down, or its program has ended.',
      severity: 'warning',
      nextStep: {
        text: 'Check whether the relay is running on the racing PC. If it is not, start it again.',
        command: 'ps aux | grep relay',
      },
      fixes: [
        'Check whether the relay is running on the racing PC (`ps aux | grep relay`). If it is not, start it.',
        'If it is running, its page http://127.0.0.1:8765/debug says what it tries and what fails.',
        'Check whether the PC reaches the server: `curl http://THIS-SERVER:3001/api/health`.',
      ],
      clearsWhen: 'the relay sends frames again (for 30 s if it keeps disconnecting), or its session has ended.',
    },
    unheard: {
      title: 'A relay’s connection is dead',
      meaning:
        'The relay’s connection is open, and nothing comes over it. Its PC hangs or sleeps, or the network drops what is sent.',
      severity: 'critical',
      nextStep: {
        text: 'Check on the racing PC whether the relay runs and the PC reaches this server. Restart the relay if it hangs.',
        command: 'curl http://THIS-SERVER:3001/api/health',
      },
      fixes: [
        'From the racing PC, check whether it reaches the server: `curl http://THIS-SERVER:3001/api/health`. If not, its network is the cause.',
        'If it does, look at the relay’s page http://127.0.0.1:8765/debug. If the page does not open, the relay hangs: restart it.',
        'The relay makes a new connection by itself as soon as the network is back, and sends what it kept.',
      ],
      clearsWhen: 'something comes from the relay again. When its connection closes, `gone` takes its place.',
    },
    refused_token: {
      title: 'A relay is refused because of its token',
      meaning: 'Its token has expired, was signed with another secret, lacks `relay:publish`, or is for another show.',
      severity: 'critical',
      nextStep: {
        text: 'Make a token for the relay and set it as RELAY_TOKEN in its relay.env; it is used at once. If the relay has ended, start it again.',
        command: 'okboxbox token --role relay --show SHOW --ttl 12h',
      },
      fixes: [
        'Make a new token on the server: `okboxbox token --role relay --show SHOW --ttl 12h`.',
        'Put it as `RELAY_TOKEN` into the `relay.env` on the racing PC: it is used at once. If the relay has ended, start it again.',
        'If the relay feeds another show, only records that it kept of this show are refused. Give its token both shows, and they are sent: `okboxbox token --role relay --show THE-OTHER SHOW --ttl 12h`.',
      ],
      clearsWhen: 'a relay that may be this one is accepted after the refusal, or no relay is refused for 90 s.',
    },
    refused_version: {
      title: 'A relay has another version',
      meaning: 'The relay and the server have different protocol versions.',
      severity: 'critical',
      nextStep: { text: 'Update the relay or the server: the refusal names which.' },
      fixes: ['Update the one that the refusal names. The relay keeps what it captures and sends it afterwards.'],
      clearsWhen: 'a relay that may be this one is accepted after the refusal, or no relay is refused for 90 s.',
    },
    refused_origin: {
      title: 'A relay connects in the wrong way',
      meaning:
        'A web page connects as a relay, or a relay connects as a viewer. Relays are programs and connect to the namespace /relay.',
      severity: 'warning',
      nextStep: { text: 'Use the relay (okboxbox relay), not a web page or a client of your own at "/".' },
      fixes: [
        'Use the relay: `okboxbox relay --source …`.',
        'A client of your own connects to the namespace `/relay`, without an `Origin` header.',
      ],
      clearsWhen: 'a relay that may be this one is accepted after the refusal, or no relay is refused for 90 s.',
    },
    kill_switch: {
      title: 'The kill switch is on',
      meaning: 'RELAY_KILL_SWITCH is set on the racing PC. What is captured waits there.',
      severity: 'critical',
      nextStep: {
        text: 'On the racing PC, set the kill switch to 0 in relay.env. It takes effect within a second.',
        command: 'RELAY_KILL_SWITCH=0',
      },
      fixes: [
        'Ask the driver whether it is on intentionally.',
        'Set `RELAY_KILL_SWITCH=0` in `relay.env` on the racing PC: what waited is then sent.',
      ],
      clearsWhen: 'the relay sends frames again.',
    },
    paused_by_operations: {
      title: 'Operations paused the relay',
      meaning: 'An operator paused it. The relay stays connected and keeps what it captures.',
      severity: 'warning',
      nextStep: { text: 'Press Resume at the relay.', view: 'sessions' },
      fixes: ['Console, Sessions, the relay: press *Resume*. The audit says who paused it and why.'],
      clearsWhen: 'the relay is resumed.',
    },
    sends_elsewhere: {
      title: 'The relay sends to another server',
      meaning: 'On the racing PC, this server was disabled or replaced by another one.',
      severity: 'critical',
      nextStep: {
        text: 'On the racing PC, name this server in RELAY_BACKENDS and enable it in RELAY_TARGETS_ENABLED.',
        command: 'RELAY_BACKENDS=http://THIS-SERVER:3001',
      },
      fixes: [
        'Look at `RELAY_BACKENDS`, `RELAY_TARGETS_ENABLED` and `RELAY_PRIMARY_INDEX` in `relay.env` on the racing PC.',
        'With `RELAY_BACKEND_MODE=single`, only the primary gets frames; with `parallel`, every enabled server does.',
      ],
      clearsWhen: 'the relay sends frames to this server again.',
    },
    sim_idle: {
      title: 'The sim is idle',
      meaning: 'The relay is connected and gets nothing from its sim: the sim is not in a session, or shows a replay.',
      severity: 'info',
      nextStep: { text: 'On the racing PC, enter the session, or leave the replay.' },
      fixes: [
        'On the racing PC, start the sim and enter the session. If it shows a replay, go back to live.',
        'The relay’s page http://127.0.0.1:8765/debug shows the state of the sim.',
      ],
      clearsWhen: 'the relay sends frames.',
    },
  },
  inconclusive: {
    title: 'A relay is connected and sends nothing, for an unknown reason',
    meaning: 'It reports that it captures frames, or reports nothing, and no frames arrive.',
    severity: 'warning',
    nextStep: { text: 'Open the relay’s page on the racing PC.', command: 'http://127.0.0.1:8765/debug' },
    fixes: [
      'Open the relay’s page http://127.0.0.1:8765/debug: it shows what was captured, sent and acknowledged.',
      'Trace the session for 30 s, and export a support pack with it.',
    ],
    clearsWhen: 'the relay sends frames.',
  },
} as const satisfies FailureMode;
