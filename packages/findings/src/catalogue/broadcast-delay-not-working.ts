import type { FailureMode } from './failure-mode.js';

export const BROADCAST_DELAY_NOT_WORKING = {
  code: 'BROADCAST_DELAY_NOT_WORKING',
  title: 'Broadcast delay not working',
  meaning: 'What goes on air is not what the delay says: too early, or not at all.',
  impact: 'Viewers of a stream see the timing before the picture, or overlays stay empty.',
  signs: [
    'A director has set a delay, and overlays show what happens now',
    'No `broadcast:delay:set` among the events',
    'An overlay is in a room that does not begin with `broadcast:`',
  ],
  checks: [
    { what: 'rooms of the overlays', how: 'GET /api/ops/sockets?role=overlay' },
    { what: 'state and buffer of each delay', how: 'GET /api/ops/summary' },
    { what: 'who set what, and when', how: 'GET /api/ops/events?type=broadcast' },
    { what: 'calls that were refused, and for want of what', how: 'GET /api/ops/events?type=socket' },
  ],
  bounds: {
    uptimeMs: { raise: 8_000, clear: 8_000, unit: 'ms', what: 'how long a server may read timelines at its start' },
    refusedMs: { raise: 60_000, clear: 120_000, unit: 'ms', what: 'how long ago a director was refused' },
    delayMs: { raise: 12_000, clear: 12_000, unit: 'ms', what: 'delay from which something has to wait in the line' },
    framesTotal: {
      raise: 150,
      clear: 50,
      unit: 'count',
      what: 'frames of a session before anything is expected of it',
    },
    overdueMs: { raise: 15_000, clear: 5_000, unit: 'ms', what: 'how much longer than its delay a picture is held' },
  },
  rules: [
    {
      name: 'OkBoxBoxDelayNotReady',
      expr: 'okboxbox_broadcast_delay_initialized == 0',
      for: '1m',
      severity: 'critical',
      summary: 'The broadcast delay is not ready: nothing of a session airs.',
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
      meaning: 'It joined session:… instead of broadcast:session:…, with a token that may see live.',
      severity: 'critical',
      nextStep: {
        text: 'Press Move to broadcast at the overlay, then give it a link of the desk instead of a token that may see live.',
        view: 'sockets?role=overlay',
      },
      fixes: [
        'Console, Sockets, the overlay: *Move to broadcast*. It takes effect at once.',
        'In OBS use `/overlay/timing-tower?show=SHOW` with a link or a token of the role `overlay`; a client of your own joins with `audience: "broadcast"`.',
      ],
      clearsWhen: 'every overlay is in a room whose name begins with "broadcast:"',
    },
    service_not_initialized: {
      title: 'The delay is not ready',
      meaning:
        'The BroadcastDelayService reads the last two minutes of a session, or cannot read them: nothing of it airs.',
      severity: 'critical',
      nextStep: {
        text: 'Wait ten seconds after a start. Where it stays so, end the session: the next one airs.',
        view: 'sessions',
      },
      fixes: [
        'Just after a start: wait, it reads the timeline.',
        'Where it says that a timeline cannot be read, look at the disk, and end that session (Console, Sessions, *End*).',
      ],
      clearsWhen: '`broadcastDelay.initialized` is true.',
    },
    director_lacks_capability: {
      title: 'A director may not set the delay',
      meaning: 'Somebody called for the delay with a token without `racebox:director:control`, or for another show.',
      severity: 'warning',
      nextStep: {
        text: 'Give the director a token that may.',
        command: 'okboxbox token --role director --show SHOW --ttl 12h',
      },
      fixes: ['`okboxbox token --role director --show SHOW --ttl 12h`, and sign in on the desk with it.'],
      clearsWhen: 'a delay is set after the refusal, or nobody is refused for two minutes.',
    },
    not_published: {
      title: 'The show is not published',
      meaning: 'Overlays and public pages without a right are turned away, as if there were no session.',
      severity: 'warning',
      nextStep: { text: 'Press Publish on the desk of the show.', view: 'broadcast' },
      fixes: [
        'On the desk: *Publish*.',
        'Where it is not to be public: give the overlay a link of the desk, or a token of the role `overlay`.',
      ],
      clearsWhen: 'the show is published, or nobody is turned away any more.',
    },
    holding: {
      title: 'The picture is held',
      meaning: 'The delay is being filled, or a director has paused the picture. Expected.',
      severity: 'info',
      nextStep: {
        text: 'Nothing: it goes on when the delay is filled. Where it is paused, press Resume on the desk.',
        view: 'broadcast',
      },
      fixes: ['Wait as long as the delay.', 'Where it is paused: *Resume* on the desk.'],
      clearsWhen: 'the picture runs.',
      alerts: false,
    },
    nothing_arriving: {
      title: 'Nothing reaches the outputs',
      meaning:
        'Frames come in, and the outputs get none: they watch a session that is over, or nothing enters the delay’s line.',
      severity: 'critical',
      nextStep: {
        text: 'Give the output in OBS the address with ?show= instead of ?session=.',
        command: '/overlay/timing-tower?show=SHOW',
      },
      fixes: [
        'In OBS use `?show=SHOW`: the output follows the show from practice to the race. With `?session=ID` it stays.',
        'Where the outputs are right: export a support pack for the session, then restart the server.',
      ],
      clearsWhen: 'the outputs watch the session that runs, and something waits in its line.',
    },
  },
  inconclusive: {
    title: 'The picture is held for longer than its delay',
    meaning: 'It should run by now, frames come, and it is not known what holds it.',
    severity: 'warning',
    nextStep: { text: 'Trace the session for 30 s: it tells what each frame waits for.', view: 'trace' },
    fixes: [
      'See whether a relay’s clock is off: what is not proven counts from its receipt.',
      'Trace the session for 30 s, and export a support pack with it.',
      'On the desk: set the delay to 0 and back.',
    ],
    clearsWhen: 'the picture runs.',
  },
} as const satisfies FailureMode<'BROADCAST_DELAY_NOT_WORKING'>;
