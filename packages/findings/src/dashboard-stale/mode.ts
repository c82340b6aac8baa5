import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'DASHBOARD_STALE',
  title: 'Frames coming in but dashboard stale',
  place: 20,
  meaning: 'Relays feed a session, and some viewers see nothing new.',
  impact: 'Teams, directors or spectators see an outdated picture.',
  signs: ['`ingest.framesPerSec` over 0', 'The session’s `framesTotal` grows', 'A dashboard does not move'],
  checks: [
    { what: 'who is connected as a dashboard, and in which rooms', how: 'GET /api/ops/sockets?role=dashboard' },
    { what: 'at which stage the frames of the session stop', how: 'GET /api/diagnostics/flow?sessionId=SESSION' },
    { what: 'why one socket shows what it shows', how: 'GET /api/ops/sockets/SOCKET/why' },
    { what: 'how many seconds the public picture is delayed', how: 'GET /api/ops/summary' },
  ],
  bounds: {
    framesTotal: { raise: 50, clear: 20, unit: 'count', what: 'frames after which a session is checked' },
    idle: { raise: 1, clear: 1, unit: 'count', what: 'viewers that have been in no room for 10 s' },
    buffered: {
      raise: 1,
      clear: 1,
      unit: 'count',
      what: 'viewers with more than 8 queued messages, or 128 KB of them',
    },
    silentMs: { raise: 5_000, clear: 5_000, unit: 'ms', what: 'time without a heartbeat of a page that sends them' },
    rttMs: { raise: 2_000, clear: 2_000, unit: 'ms', what: 'time that the answers to two heartbeats in a row took' },
    behindMs: { raise: 5_000, clear: 5_000, unit: 'ms', what: 'by which a page shows older pictures than it was sent' },
    few: {
      raise: 0.05,
      clear: 0.05,
      unit: 'share',
      what: 'share of viewers up to which it is treated as client-side: a slow connection, or a page left open',
    },
    share: {
      raise: 0.5,
      clear: 0.3,
      unit: 'share',
      what: 'share of a room with queued messages from which it is treated as server-side',
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
      summary: 'Sessions have changes and viewers, and nothing is sent to them.',
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
      title: 'Dashboards are connected, and none joined the session',
      meaning: 'They are connected and in no room: they did not ask to join, or were refused.',
      severity: 'warning',
      nextStep: {
        text: 'Reload the dashboard. If its join is refused, give it a token with the capability that is named.',
        view: 'sockets?role=dashboard',
      },
      fixes: [
        'Reload the page: it joins again.',
        'If the join was refused, the finding names the missing capability: give it a token with it (`okboxbox token --role team --show SHOW`).',
      ],
      clearsWhen: 'a viewer is in a room of the session, or no viewer is without a room.',
    },
    some_never_joined: {
      title: 'Some dashboards have not joined the session',
      meaning: 'Others watch the session. These are connected in no room, did not ask to join, and were not refused.',
      severity: 'warning',
      nextStep: {
        text: 'Reload the named pages. If it is a script of your own: have it send session:join after each connect.',
        view: 'sockets?role=dashboard',
      },
      fixes: [
        'Reload the page: it joins again.',
        'A client of your own sends `session:join` after each `connect`, also after it has reconnected.',
        'Close connections that nobody uses: console, Sockets, the socket: *Disconnect*.',
      ],
      clearsWhen: 'they have joined a session, or have disconnected.',
    },
    wrong_room: {
      title: 'Dashboards watch another session',
      meaning: 'They are in the room of a session that has ended, and the show has moved to another one.',
      severity: 'warning',
      nextStep: {
        text: 'Open the page by show instead of by session: it follows the show.',
        view: 'sockets?role=dashboard',
      },
      fixes: [
        'Open the live session from `/`, or the page by its show: `/sessions/SHOW`.',
        'A client of your own should join with `show` instead of `sessionId`: it is then moved.',
      ],
      clearsWhen: 'they have joined the live session, or have disconnected.',
    },
    unsubscribed: {
      title: 'Dashboards have left the session and stay connected',
      meaning:
        'They were in a room and no longer are: the client sent session:leave, or did not join again after session:moved.',
      severity: 'warning',
      nextStep: { text: 'Reload the dashboard, so that it joins again.', view: 'sockets?role=dashboard' },
      fixes: ['Reload the page.', 'In a client of your own: join again after `session:moved` and `session:withdrawn`.'],
      clearsWhen: 'they have joined again, or have disconnected.',
    },
    dead_connection: {
      title: 'Connections of viewers are dead',
      meaning:
        'Pages send a heartbeat every 2 s. For over 5 s none came on these connections, and none was closed: the network takes what is sent and delivers nothing, or the page is frozen.',
      severity: 'warning',
      nextStep: {
        text: 'Check the network of the computers that are named, and reload their pages.',
        view: 'sockets?sort=beatAgeMs',
      },
      fixes: [
        'If it is some viewers: check their Wi-Fi, VPN or router, then reload the page. A page connects again by itself as soon as its network works.',
        'If it is all viewers: check the proxy, the firewall and the uplink between this server and its viewers.',
        'A page in a debugger, or on a computer that sleeps, sends nothing either: wake it, or close the page.',
      ],
      clearsWhen: 'they answer again, have connected again, or their old connections are closed (after 45 s at most).',
    },
    slow_connection: {
      title: 'Connections of viewers are slow',
      meaning: 'The answers to two heartbeats in a row took over 2 s: all that these viewers see is late.',
      severity: 'warning',
      nextStep: {
        text: 'Check the network of the computers that are named: Wi-Fi, VPN, downloads that run beside it.',
        view: 'sockets?sort=rttMs',
      },
      fixes: [
        'If it is some viewers: use a cable instead of Wi-Fi, stop downloads, switch off a VPN.',
        'If it is all viewers: check what else uses this server’s uplink, and the proxy in front of it.',
      ],
      clearsWhen: 'an answer takes less than 2 s.',
    },
    page_behind: {
      title: 'Pages show an older picture than their feed',
      meaning:
        'They answer quickly and show a picture over 5 s older than what was sent to them: the page or its computer is overloaded.',
      severity: 'warning',
      nextStep: {
        text: 'Reload the named pages. If it comes back, close other programs on those computers.',
        view: 'sockets?sort=shownAgeMs',
      },
      fixes: [
        'Reload the page: it starts from the whole state.',
        'Close other programs and tabs on that computer. In OBS: reload the browser source, and check OBS for lagged frames.',
      ],
      clearsWhen: 'they show what was sent within the last 5 s.',
    },
    buffered: {
      title: 'Messages are queued for viewers',
      meaning: 'More is sent than their connections carry. The rest is queued here.',
      severity: 'warning',
      nextStep: {
        text: 'Check whether it is one viewer or all of them: the finding says how many.',
        view: 'sockets?sort=bufferedPackets',
      },
      fixes: [
        'If it is one of many, the cause is that viewer’s connection or computer. It is skipped to the newest state, and closed after 20 s.',
        'If it is most of them, the cause is this server’s uplink. Check what else uses it.',
      ],
      clearsWhen: 'no viewer has more than 8 queued messages, or 128 KB of them.',
    },
    slow_client: {
      title: 'A client reads too slowly',
      meaning:
        'Its queue is over 5 s old, or over 512 KB: messages are skipped, and after 20 s the connection is closed.',
      severity: 'warning',
      nextStep: {
        text: 'Reload or disconnect the client, and check its computer.',
        view: 'sockets?sort=skippedTotal',
      },
      fixes: [
        'Reload or close the page on that computer: a tab in the background, or in a debugger, reads nothing.',
        'Console, Sockets, the socket: press *Disconnect*. Nobody else is affected.',
      ],
      clearsWhen: 'no message has been skipped for it for 30 s, or it has disconnected.',
    },
    held_by_delay: {
      title: 'The picture is on hold for the delay',
      meaning: 'The broadcast delay is filling or paused, as a director set it. This is expected.',
      severity: 'info',
      nextStep: {
        text: 'None: it continues by itself. To see it live, open the live page with a token.',
        view: 'broadcast',
      },
      fixes: ['Wait for as long as the delay.', 'If it is paused, press *Resume* on the desk.'],
      clearsWhen: 'the delay is filled, or the director resumes.',
      alerts: false,
    },
    stage_stopped: {
      title: 'A stage of the server has stopped',
      meaning: 'Frames enter one processing stage and do not leave it. This is a fault in the server.',
      severity: 'critical',
      nextStep: {
        text: 'Export a support pack for the session, then restart the server: relays send what was missed.',
        view: 'sessions',
      },
      fixes: [
        'First export a support pack for the session: it contains the figures of each stage.',
        'If the stage is the timeline, check the disk: `df -h DATA_DIR`.',
        'Restart the server. Relays keep what was not acknowledged, and send it again.',
      ],
      clearsWhen: 'that stage lets frames through again.',
    },
  },
  inconclusive: {
    title: 'Clients see nothing new, for an unknown reason',
    meaning: 'They are in the right room, nothing is queued for them, and nothing new was sent to them.',
    severity: 'warning',
    nextStep: {
      text: 'Open a named socket and press "Why is this one stale?".',
      view: 'sockets?sort=newestFrameAgeMs',
    },
    fixes: [
      'Console, Sockets, the socket: *Why is this one stale?* shows the figures of each stage.',
      'Trace the session for 30 s: the trace shows which viewers got each frame.',
      'Reload the client.',
    ],
    clearsWhen: 'they get something new.',
  },
} as const satisfies FailureMode;
