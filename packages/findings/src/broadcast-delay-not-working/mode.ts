import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'BROADCAST_DELAY_NOT_WORKING',
  title: 'Broadcast delay not working',
  place: 50,
  meaning: 'The picture on air is earlier than the delay allows, or missing.',
  impact: 'Viewers of the stream see the timing before the video, or overlays stay empty.',
  signs: [
    'A director has set a delay, and overlays are still live',
    'No `broadcast:delay:set` among the events',
    'An overlay is in a room that does not begin with `broadcast:`',
  ],
  checks: [
    { what: 'which rooms the overlays are in', how: 'GET /api/ops/sockets?role=overlay' },
    { what: 'state and buffer of each delay', how: 'GET /api/ops/summary' },
    { what: 'who set what, and when', how: 'GET /api/ops/events?type=broadcast' },
    { what: 'refused calls, and the missing capability', how: 'GET /api/ops/events?type=socket' },
  ],
  bounds: {
    uptimeMs: {
      raise: 8_000,
      clear: 8_000,
      unit: 'ms',
      what: 'how long a server may take to read timelines after a start',
    },
    refusedMs: { raise: 60_000, clear: 120_000, unit: 'ms', what: 'how long ago a director was refused' },
    delayMs: { raise: 12_000, clear: 12_000, unit: 'ms', what: 'delay from which something must be buffered' },
    framesTotal: {
      raise: 150,
      clear: 50,
      unit: 'count',
      what: 'frames after which a session is checked',
    },
    overdueMs: { raise: 15_000, clear: 5_000, unit: 'ms', what: 'how much longer than its delay a picture is on hold' },
  },
  rules: [
    {
      name: 'OkBoxBoxDelayNotReady',
      expr: 'okboxbox_broadcast_delay_initialized == 0',
      for: '1m',
      severity: 'critical',
      summary: 'The broadcast delay is not ready: the session is not on air.',
      test: {
        fires: [{ series: 'okboxbox_broadcast_delay_initialized', values: '0x10' }],
        silent: [{ series: 'okboxbox_broadcast_delay_initialized', values: '1x10' }],
        at: '3m',
      },
    },
  ],
  causes: {
    overlay_in_live_room: {
      title: 'An overlay is in the live room',
      meaning: 'It joined session:… instead of broadcast:session:…, with a token that allows live timing.',
      severity: 'critical',
      nextStep: {
        text: 'Press Move to broadcast next to the overlay, then give it a link from the desk instead of a token that allows live timing.',
        view: 'sockets?role=overlay',
      },
      fixes: [
        'Console, Sockets, the overlay: press *Move to broadcast*. It takes effect immediately.',
        'In OBS use `/overlay/timing-tower?show=SHOW` with a link or a token of the role `overlay`; a client of your own joins with `audience: "broadcast"`.',
      ],
      clearsWhen: 'every overlay is in a room whose name begins with "broadcast:"',
    },
    overlay_in_public_picture: {
      title: 'An overlay gets the public picture',
      meaning:
        'It has no right to the graphics: neither an overlay link nor a token of the role `overlay`. So it is as late as the public page, later than the video in OBS.',
      severity: 'warning',
      nextStep: {
        text: 'On the desk, create a link of the kind overlay, and use its address in OBS.',
        view: 'sockets?role=overlay',
      },
      fixes: [
        'On the desk: *Links*, a new overlay link; in OBS use its address, or add `&link=CODE` to the one that is there.',
        'A client of your own signs in with a token of the role `overlay`: `okboxbox token --role overlay --show SHOW`.',
      ],
      clearsWhen: 'every overlay gets the graphics, or `publicExtraMs` is 0: then both pictures are the same.',
    },
    service_not_initialized: {
      title: 'The delay is not ready',
      meaning:
        'The server is reading the last minutes of a session that runs, or cannot read them. Until then, the session is not on air.',
      severity: 'critical',
      nextStep: {
        text: 'Wait ten seconds after a start. If it remains, end the session: the next one will be on air.',
        view: 'sessions',
      },
      fixes: [
        'Just after a start, wait: the server is reading the timeline.',
        'If a timeline cannot be read, check the disk, and end that session (Console, Sessions, *End session*). What is lost of it is a finding of its own then.',
      ],
      clearsWhen: '`broadcastDelay.initialized` is true.',
    },
    director_lacks_capability: {
      title: 'A director lacks the capability to set the delay',
      meaning:
        'A call to set the delay came with a token that lacks `racebox:director:control`, or that is for another show.',
      severity: 'warning',
      nextStep: {
        text: 'Give the director a token with the role director.',
        command: 'okboxbox token --role director --show SHOW --ttl 12h',
      },
      fixes: ['`okboxbox token --role director --show SHOW --ttl 12h`, and sign in at the desk with it.'],
      clearsWhen: 'a delay is set after the refusal, or no call is refused for two minutes.',
    },
    not_published: {
      title: 'The show is not published',
      meaning:
        'Overlays and public pages without a token or link are refused with the same answer as for a missing session.',
      severity: 'warning',
      nextStep: { text: 'Press Publish on the desk of the show.', view: 'broadcast' },
      fixes: [
        'On the desk: *Publish*.',
        'If it must not be public, give the overlay a link from the desk, or a token with the role `overlay`.',
      ],
      clearsWhen: 'the show is published, or nobody is refused any more.',
    },
    holding: {
      title: 'The picture is on hold',
      meaning: 'The delay is filling, or a director paused the picture. This is expected.',
      severity: 'info',
      nextStep: {
        text: 'None: it continues when the delay is filled. If it is paused, press Resume on the desk.',
        view: 'broadcast',
      },
      fixes: ['Wait for as long as the delay.', 'If it is paused, press *Resume* on the desk.'],
      clearsWhen: 'the picture is running.',
      alerts: false,
    },
    nothing_arriving: {
      title: 'Nothing reaches the overlays',
      meaning:
        'Frames arrive and the overlays get none: they show a session that has ended, or nothing is buffered for the delay.',
      severity: 'critical',
      nextStep: {
        text: 'In OBS, use the overlay’s address with ?show= instead of ?session=.',
        command: '/overlay/timing-tower?show=SHOW',
      },
      fixes: [
        'In OBS use `?show=SHOW`: the overlay follows the show from practice to the race. With `?session=ID` it stays on one session.',
        'If the overlays are set up correctly, export a support pack for the session, then restart the server.',
      ],
      clearsWhen: 'the overlays show the live session, and its changes are buffered.',
    },
  },
  inconclusive: {
    title: 'The picture is on hold for longer than its delay',
    meaning: 'Frames arrive and it should be running by now. The reason is unknown.',
    severity: 'warning',
    nextStep: { text: 'Trace the session for 30 s: the trace shows what each frame waits for.', view: 'trace' },
    fixes: [
      'Check whether a relay’s clock is off: frames without a proven capture time are delayed from their receipt.',
      'Trace the session for 30 s, and export a support pack with it.',
      'On the desk, set the delay to 0 and back.',
    ],
    clearsWhen: 'the picture is running.',
  },
} as const satisfies FailureMode;
