import type { FailureMode } from './failure-mode.js';

export const DASHBOARD_STALE = {
  code: 'DASHBOARD_STALE',
  title: 'Frames coming in but dashboard stale',
  meaning: 'Relays feed a session, and somebody who watches it sees nothing new.',
  impact: 'Teams, directors or spectators decide by a picture that has stopped.',
  signs: ['`ingest.framesPerSec` over 0', 'The session’s `framesTotal` grows', 'A dashboard does not move'],
  checks: [
    { what: 'who is connected as a dashboard, and in which rooms', how: 'GET /api/ops/sockets?role=dashboard' },
    { what: 'where the frames of the session stop', how: 'GET /api/diagnostics/flow?sessionId=SESSION' },
    { what: 'why one socket shows what it shows', how: 'GET /api/ops/sockets/SOCKET/why' },
    { what: 'how far behind the public picture is meant to be', how: 'GET /api/ops/summary' },
  ],
  bounds: {
    framesTotal: { raise: 50, clear: 20, unit: 'count', what: 'frames of a session before anything is expected of it' },
    idle: { raise: 1, clear: 1, unit: 'count', what: 'watchers that have joined nothing for 10 s' },
    buffered: { raise: 1, clear: 1, unit: 'count', what: 'watchers for whom more than 8 messages wait' },
    few: {
      raise: 0.05,
      clear: 0.05,
      unit: 'share',
      what: 'part of those who watch up to which it is their own affair: a slow line, or a page that was left open',
    },
    share: {
      raise: 0.5,
      clear: 0.3,
      unit: 'share',
      what: 'part of a room that is buffered, from which it is the server',
    },
  },
  rules: [
    {
      name: 'OkBoxBoxTicksReachNobody',
      expr:
        'rate(okboxbox_stage_passes_total{stage="live_ticks"}[2m]) > 1 and on (instance, job) ' +
        'sum by (instance, job) (okboxbox_viewers) > 0 and on (instance, job) ' +
        'rate(okboxbox_stage_passes_total{stage="fan_out"}[2m]) == 0',
      for: '1m',
      severity: 'critical',
      summary: 'Sessions have something to tell, viewers are there, and nothing is handed to them.',
      test: {
        fires: [
          { series: 'okboxbox_stage_passes_total{stage="live_ticks"}', values: '0+600x10' },
          { series: 'okboxbox_stage_passes_total{stage="fan_out"}', values: '5000x10' },
          { series: 'okboxbox_viewers{audience="live"}', values: '3x10' },
        ],
        silent: [
          { series: 'okboxbox_stage_passes_total{stage="live_ticks"}', values: '0+600x10' },
          { series: 'okboxbox_stage_passes_total{stage="fan_out"}', values: '0+600x10' },
          { series: 'okboxbox_viewers{audience="live"}', values: '3x10' },
        ],
        at: '6m',
      },
    },
  ],
  causes: {
    nobody_joined: {
      title: 'Dashboards are connected, and none has joined the session',
      meaning: 'They are connected and in no room: they have not asked, or were refused.',
      severity: 'warning',
      nextStep: {
        text: 'Reload the dashboard. Where its join is refused, give it the token that is named.',
        view: 'sockets?role=dashboard',
      },
      fixes: [
        'Reload the page: it joins anew.',
        'Where the join was refused, the finding names the capability: give a token with it (`okboxbox token --role team --show SHOW`).',
      ],
      clearsWhen: 'somebody is in a room of the session, or nobody is connected without one.',
    },
    wrong_room: {
      title: 'Dashboards watch another session',
      meaning: 'They are in the room of a session that has ended, while the show goes on with another.',
      severity: 'warning',
      nextStep: {
        text: 'Open the page by show instead of by session: it follows the show.',
        view: 'sockets?role=dashboard',
      },
      fixes: [
        'Open the session that runs from `/`, or the page by its show: `/sessions/SHOW`.',
        'A client of your own joins with `show` instead of `sessionId` and is moved.',
      ],
      clearsWhen: 'they have joined the session that runs, or are gone.',
    },
    unsubscribed: {
      title: 'Dashboards have left the session and stay connected',
      meaning:
        'They were in a room and are in none now: the client sent session:leave, or did not join again when it was moved.',
      severity: 'warning',
      nextStep: { text: 'Reload the dashboard, so that it joins again.', view: 'sockets?role=dashboard' },
      fixes: ['Reload the page.', 'In a client of your own: join again after `session:moved` and `session:withdrawn`.'],
      clearsWhen: 'they have joined again, or are gone.',
    },
    buffered: {
      title: 'Messages wait for those who watch',
      meaning: 'More is sent than their lines carry: it waits here.',
      severity: 'warning',
      nextStep: {
        text: 'See whether it is one line or all of them: the finding names how many of the room.',
        view: 'sockets?sort=bufferedPackets',
      },
      fixes: [
        'One of many: it is that viewer’s line or machine. It is skipped to the newest state, and closed after 20 s.',
        'Most of them: it is this server’s uplink. See what else uses it.',
      ],
      clearsWhen: 'no more than 8 messages wait for anybody.',
    },
    slow_client: {
      title: 'A client reads too slowly',
      meaning:
        'What waits for it has waited for 5 s, or is over 512 KB: messages are left out, and after 20 s it is closed.',
      severity: 'warning',
      nextStep: {
        text: 'Reload the client, or disconnect it, and look at its machine.',
        view: 'sockets?sort=skippedTotal',
      },
      fixes: [
        'Reload or close the page on that machine: a tab in the background, or one in a debugger, reads nothing.',
        'Console, Sockets, the socket: *Disconnect*. It costs nobody else anything.',
      ],
      clearsWhen: 'nothing has been left out for it for 30 s, or it is gone.',
    },
    held_by_delay: {
      title: 'The picture is held by the delay',
      meaning: 'The broadcast delay holds it back, as a director has set it. Expected.',
      severity: 'info',
      nextStep: {
        text: 'Nothing: it goes on by itself. To see it live, open the live page with a token.',
        view: 'broadcast',
      },
      fixes: ['Wait: it is held for as long as the delay says.', 'On the desk: resume, where it is paused.'],
      clearsWhen: 'the delay is filled, or the director resumes.',
      alerts: false,
    },
    stage_stopped: {
      title: 'A stage of the server has stopped',
      meaning: 'Frames reach one stage of their way and do not come out of it: a fault of the server.',
      severity: 'critical',
      nextStep: {
        text: 'Export a support pack for the session, then restart the server: relays send what it missed.',
        view: 'sessions',
      },
      fixes: [
        'Export a support pack with the session first: it holds the flow stage by stage.',
        'Where it is the timeline, look at the disk: `df -h DATA_DIR`.',
        'Restart the server. Relays keep what is not acknowledged, and send it.',
      ],
      clearsWhen: 'that stage lets frames through again.',
    },
  },
  inconclusive: {
    title: 'Clients are shown nothing new, and it is not known why',
    meaning: 'They are in the right room, nothing waits for them here, and they have been sent nothing new.',
    severity: 'warning',
    nextStep: {
      text: 'Ask "why is this one stale?" of a socket that is named.',
      view: 'sockets?sort=newestFrameAgeMs',
    },
    fixes: [
      'Console, Sockets, the socket: *Why is this one stale?* walks the stages with figures.',
      'Trace the session for 30 s: it tells for each frame who was sent it.',
      'Reload the client.',
    ],
    clearsWhen: 'they are sent something new.',
  },
} as const satisfies FailureMode<'DASHBOARD_STALE'>;
