import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'SUBSCRIPTIONS_STUCK',
  title: 'Burst subscriptions stuck',
  place: 40,
  meaning: 'Connections or room memberships accumulate, or the same clients connect and disconnect repeatedly.',
  impact: 'Memory grows and messages are sent for nothing, until the server is slow for everyone.',
  signs: ['Many sockets that are in no session', '`join` events without matching `leave` events', 'Memory grows'],
  checks: [
    { what: 'joins and leaves', how: 'GET /api/ops/events?type=socket&limit=200' },
    { what: 'what the latest sweep of rooms found', how: 'GET /api/ops/rooms' },
    { what: 'which connections are oldest', how: 'GET /api/ops/sockets?sort=connectedAt' },
    { what: 'why connections were closed', how: 'GET /api/ops/sockets?state=closed' },
  ],
  bounds: {
    leaked: { raise: 1, clear: 1, unit: 'count', what: 'memberships without a connection, in the latest sweep' },
    idle: { raise: 50, clear: 25, unit: 'count', what: 'connections that have been in no room for 10 s' },
    idleShare: { raise: 0.3, clear: 0.15, unit: 'share', what: 'their share of all connections' },
    reconnects: { raise: 12, clear: 6, unit: 'count', what: 'connections closed within the last 10 s' },
    reconnectShare: { raise: 0.1, clear: 0.05, unit: 'share', what: 'their share of open connections' },
    comeAgain: { raise: 0.5, clear: 0.25, unit: 'share', what: 'new connections, as a share of closed ones' },
    joins: { raise: 300, clear: 100, unit: 'count', what: 'rooms joined within the last 10 s, about as many left' },
    joinsPerConnection: {
      raise: 4,
      clear: 2,
      unit: 'count',
      what: 'rooms joined within 10 s for each connection that is or was open',
    },
    grownBytes: { raise: 300e6, clear: 150e6, unit: 'bytes', what: 'memory growth within the last 15 minutes' },
    grownShare: { raise: 0.5, clear: 0.25, unit: 'share', what: 'that growth, as a share of the earlier size' },
    othersShare: {
      raise: 0.25,
      clear: 0.35,
      unit: 'share',
      what: 'growth of viewers and rooms up to which they do not explain the memory',
    },
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'uptime before memory is checked' },
  },
  rules: [
    {
      name: 'OkBoxBoxMemoryGrows',
      expr:
        'okboxbox_resident_memory_bytes - min_over_time(okboxbox_resident_memory_bytes[15m]) > 3e8 and ' +
        'okboxbox_resident_memory_bytes > 1.5 * min_over_time(okboxbox_resident_memory_bytes[15m])',
      for: '2m',
      severity: 'warning',
      summary: 'Memory has grown by more than 300 MB and more than 50 % within 15 minutes.',
      test: {
        fires: [{ series: 'okboxbox_resident_memory_bytes', values: '2e8+1e8x10' }],
        silent: [{ series: 'okboxbox_resident_memory_bytes', values: '2e8+1e6x10' }],
        at: '8m',
      },
    },
  ],
  causes: {
    leaked_rooms: {
      title: 'Rooms have members that have disconnected',
      meaning: 'Rooms list members that have no connection. The sweep removes and names them.',
      severity: 'warning',
      nextStep: {
        text: 'None: the sweep has repaired it. If it comes back, export a support pack.',
        view: 'sockets',
      },
      fixes: [
        'The sweep repairs it by itself; the finding says how many memberships were repaired since the start.',
        'If it comes back with each sweep, export a support pack and restart the server between two sessions.',
      ],
      clearsWhen: 'a sweep finds no leaked membership.',
    },
    clients_never_leave: {
      title: 'Clients connect and never join or leave',
      meaning: 'Many connections have been in no room for over 10 s, and stay open.',
      severity: 'warning',
      nextStep: {
        text: 'Find out whose they are (Sockets, by user and surface) and disconnect them.',
        view: 'sockets?sort=connectedAt',
      },
      fixes: [
        'Console, Sockets: see which role, surface or user they share. Fix that client: it should use one connection and close it.',
        'Disconnect them. Behind a proxy, limit connections per address.',
        'Restarting the server closes all connections.',
      ],
      clearsWhen: 'fewer than 25 connections are in no room.',
    },
    reconnect_storm: {
      title: 'Clients connect again and again',
      meaning: 'Connections close and reopen immediately, more than a tenth of the open ones within 10 s.',
      severity: 'warning',
      nextStep: {
        text: 'Check the close code: it says who closes them, and why.',
        view: 'sockets?state=closed',
      },
      fixes: [
        '`slow_consumer`: slow networks. `silent`: a proxy that drops idle connections. `client_left`: a client that connects in a loop.',
        'A proxy needs `proxy_read_timeout` over 60 s and the headers `Upgrade` and `Connection`.',
        'If it is one client, revoke its token.',
      ],
      clearsWhen: 'fewer than 6 connections close within 10 s.',
    },
    join_burst: {
      title: 'Clients join and leave again and again',
      meaning: 'Connections stay open, and join and leave rooms many times a second. Each join costs a whole state.',
      severity: 'warning',
      nextStep: {
        text: 'See whose they are (role, surface, user), disconnect them, and close the page or script that does it.',
        view: 'sockets',
      },
      fixes: [
        'The finding names role, surface and user of the busiest client. Console, Sockets: disconnect its connections.',
        'Close the page or script. A page joins once when it opens a session, and again only after `session:moved`.',
        'If it is one token, revoke it.',
      ],
      clearsWhen: 'fewer than 100 rooms are joined within 10 s.',
    },
    memory_elsewhere: {
      title: 'Memory grows for another reason',
      meaning: 'The process grows while viewers and rooms do not: something else uses the memory.',
      severity: 'warning',
      nextStep: { text: 'Export a support pack now, and restart the server between two sessions.', view: 'overview' },
      fixes: [
        'Export a support pack while the problem lasts: it contains 15 minutes of every figure.',
        'Restart between two sessions. Relays and viewers reconnect by themselves.',
        'If the heap does not grow with it, the memory is outside the heap: buffers, or a native module.',
      ],
      clearsWhen: 'memory has grown by less than 150 MB within 15 minutes.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode;
