import type { FailureMode } from './failure-mode.js';

export const RELAY_NOT_CONNECTING = {
  code: 'RELAY_NOT_CONNECTING',
  title: 'Relay not connecting',
  meaning: 'A relay that should feed this server does not.',
  impact: 'Timing stands still or does not begin. What the relay captures meanwhile waits on its PC and comes later.',
  signs: [
    'No sessions in `/api/ops/sessions`, or one that gets no frames',
    '`ingest.framesPerSec` is 0 in the summary',
    'No `relay:connected` among the events',
  ],
  checks: [
    { what: 'what relays did lately, and which were refused', how: 'GET /api/ops/events?type=relay&limit=50' },
    { what: 'who was not let in, and what was missing', how: 'GET /api/ops/events?type=socket&limit=50' },
    { what: 'whether the agent runs on the racing PC', how: 'ps aux | grep relay' },
    { what: 'what the agent says itself, on that PC', how: 'http://127.0.0.1:8765/debug' },
  ],
  bounds: {
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'how long a server waits for its first relay' },
    goneMs: { raise: 5_000, clear: 5_000, unit: 'ms', what: 'how long a relay is away' },
    leaves: { raise: 2, clear: 2, unit: 'count', what: 'how often a relay has left that is said to keep leaving' },
    leftMs: { raise: 120_000, clear: 120_000, unit: 'ms', what: 'the span in which it has left so often' },
    stayedMs: { raise: 30_000, clear: 30_000, unit: 'ms', what: 'how long such a relay is to stay' },
    idleMs: { raise: 10_000, clear: 3_000, unit: 'ms', what: 'how long a connected relay has sent no frame' },
    refusedMs: { raise: 45_000, clear: 90_000, unit: 'ms', what: 'how long ago a relay was refused' },
  },
  rules: [
    {
      name: 'OkBoxBoxSessionWithoutRelay',
      expr: 'okboxbox_sessions_active > 0 and okboxbox_relays_connected == 0',
      for: '1m',
      severity: 'critical',
      summary: 'A session runs and no relay feeds it.',
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
      title: 'No relay has ever come',
      meaning: 'Since this server started no relay has tried to connect: none runs, or none knows this address.',
      severity: 'info',
      nextStep: {
        text: 'Start the relay on the racing PC and point RELAY_BACKENDS at this server.',
        command: 'RELAY_BACKENDS=http://THIS-SERVER:3001 RELAY_TOKEN=… okboxbox relay --source iracing',
      },
      fixes: [
        'On the racing PC: see that the agent runs (`ps aux | grep relay`).',
        'Set `RELAY_BACKENDS` to this server, and look that the PC reaches it: `curl http://THIS-SERVER:3001/api/health`.',
        'Read the agent’s own page, http://127.0.0.1:8765/debug: it says why it cannot connect.',
      ],
      clearsWhen: 'a relay feeds.',
    },
    gone: {
      title: 'A relay has gone',
      meaning: 'A relay fed this server and does not any more. Its line is broken, or its program has ended.',
      severity: 'warning',
      nextStep: {
        text: 'See whether the agent runs on the racing PC, and start it again where it does not.',
        command: 'ps aux | grep relay',
      },
      fixes: [
        'See whether the agent runs on the racing PC (`ps aux | grep relay`); start it where it does not.',
        'Where it runs: its page http://127.0.0.1:8765/debug says what it tries and what fails.',
        'See whether the PC reaches the server: `curl http://THIS-SERVER:3001/api/health`.',
      ],
      clearsWhen: 'the relay feeds again, for 30 s where it keeps leaving, or its session has ended.',
    },
    refused_token: {
      title: 'A relay is refused for its token',
      meaning: 'Its token has expired, was signed with another secret, lacks `relay:publish`, or is for another show.',
      severity: 'critical',
      nextStep: {
        text: 'Make a token for the relay and set it as RELAY_TOKEN in its relay.env; it is used at once.',
        command: 'okboxbox token --role relay --show SHOW --ttl 12h',
      },
      fixes: [
        'Make a new token on the server: `okboxbox token --role relay --show SHOW --ttl 12h`.',
        'Put it as `RELAY_TOKEN` into the `relay.env` on the racing PC. No restart is needed.',
      ],
      clearsWhen: 'a relay that may be this one is let in after the refusal, or none is refused for 90 s.',
    },
    refused_version: {
      title: 'A relay speaks another version',
      meaning: 'Relay and server are of different versions and do not understand each other.',
      severity: 'critical',
      nextStep: { text: 'Update the relay or the server, whichever the refusal names.' },
      fixes: ['Update whichever of the two the refusal names. What was captured is kept and sent after.'],
      clearsWhen: 'a relay that may be this one is let in after the refusal, or none is refused for 90 s.',
    },
    refused_origin: {
      title: 'A relay calls from the wrong place',
      meaning:
        'A page calls as a relay, or a relay calls where viewers do: relays are programs, at the namespace /relay.',
      severity: 'warning',
      nextStep: { text: 'Use the agent (okboxbox relay) to feed, not a page or a client of your own at "/".' },
      fixes: [
        'Feed with the agent: `okboxbox relay --source …`.',
        'A client of your own connects to the namespace `/relay`, without an `Origin` header.',
      ],
      clearsWhen: 'a relay that may be this one is let in after the refusal, or none is refused for 90 s.',
    },
    kill_switch: {
      title: 'The kill switch is on',
      meaning: 'Somebody has set RELAY_KILL_SWITCH on the racing PC. What is captured waits there.',
      severity: 'critical',
      nextStep: {
        text: 'On the racing PC, set the kill switch to 0 in relay.env; it is in force within a second.',
        command: 'RELAY_KILL_SWITCH=0',
      },
      fixes: [
        'Ask the driver whether this is intended.',
        'Set `RELAY_KILL_SWITCH=0` in `relay.env` on the racing PC: what waited is sent.',
      ],
      clearsWhen: 'the relay feeds again.',
    },
    paused_by_operations: {
      title: 'Operations have paused the relay',
      meaning: 'Somebody pressed pause here. The relay keeps its connection and what it captures.',
      severity: 'warning',
      nextStep: { text: 'Press Resume at the relay.', view: 'sessions' },
      fixes: ['Console, Sessions, the relay: press *Resume*. The audit says who paused it and why.'],
      clearsWhen: 'the relay is asked to go on.',
    },
    sends_elsewhere: {
      title: 'The relay feeds another server',
      meaning: 'On the racing PC this server was switched off or replaced by another.',
      severity: 'critical',
      nextStep: {
        text: 'On the racing PC, name this server in RELAY_BACKENDS and enable it in RELAY_TARGETS_ENABLED.',
        command: 'RELAY_BACKENDS=http://THIS-SERVER:3001',
      },
      fixes: [
        'Look at `RELAY_BACKENDS`, `RELAY_TARGETS_ENABLED` and `RELAY_PRIMARY_INDEX` in `relay.env` on the racing PC.',
        'With `RELAY_BACKEND_MODE=single` the primary alone is fed; `parallel` feeds all that are enabled.',
      ],
      clearsWhen: 'the relay feeds this server again.',
    },
    sim_idle: {
      title: 'The sim is idle',
      meaning: 'The relay is connected and its sim gives nothing: it is not in a session, or shows a replay.',
      severity: 'info',
      nextStep: { text: 'On the racing PC, enter the session, or leave the replay.' },
      fixes: [
        'On the racing PC: start the sim and enter the session; go back to live where it shows a replay.',
        'The agent’s page http://127.0.0.1:8765/debug says what it sees of the sim.',
      ],
      clearsWhen: 'the relay sends frames.',
    },
  },
  inconclusive: {
    title: 'A relay is connected and nothing comes, and it is not known why',
    meaning: 'It says that it captures frames, or says nothing of itself, and none arrive.',
    severity: 'warning',
    nextStep: { text: 'Read the agent’s own page on the racing PC.', command: 'http://127.0.0.1:8765/debug' },
    fixes: [
      'Read the agent’s page http://127.0.0.1:8765/debug: what it has captured, sent, and what was acknowledged.',
      'Trace the session for 30 s, and export a support pack with it.',
    ],
    clearsWhen: 'the relay sends frames.',
  },
} as const satisfies FailureMode<'RELAY_NOT_CONNECTING'>;
