import type { FailureMode } from './failure-mode.js';

export const SUBSCRIPTIONS_STUCK = {
  code: 'SUBSCRIPTIONS_STUCK',
  title: 'Burst subscriptions stuck',
  meaning: 'Connections or memberships of rooms pile up, or the same clients come and go without end.',
  impact: 'Memory grows and each message is written for nobody, until the server is slow for all.',
  signs: [
    'Many sockets without sessions that they belong to',
    '`join` events without the `leave` that belongs to each',
    'Memory grows',
  ],
  checks: [
    { what: 'joins and leaves, as the adapter tells them', how: 'GET /api/ops/events?type=socket&limit=200' },
    { what: 'what the newest sweep of rooms has found', how: 'GET /api/ops/rooms' },
    { what: 'who has been connected for long', how: 'GET /api/ops/sockets?sort=connectedAt' },
    { what: 'why connections were closed', how: 'GET /api/ops/sockets?state=closed' },
  ],
  bounds: {
    leaked: { raise: 1, clear: 1, unit: 'count', what: 'memberships without a connection, in the newest sweep' },
    idle: { raise: 50, clear: 25, unit: 'count', what: 'connections that have joined nothing for 10 s' },
    idleShare: { raise: 0.3, clear: 0.15, unit: 'share', what: 'their part of all connections' },
    reconnects: { raise: 12, clear: 6, unit: 'count', what: 'connections that went within the last 10 s' },
    reconnectShare: { raise: 0.1, clear: 0.05, unit: 'share', what: 'their part of those that are open' },
    comeAgain: { raise: 0.5, clear: 0.25, unit: 'share', what: 'connections that came, as a part of those that went' },
    grownBytes: { raise: 300e6, clear: 150e6, unit: 'bytes', what: 'growth of memory within the last 15 minutes' },
    grownShare: { raise: 0.5, clear: 0.25, unit: 'share', what: 'that growth, as a part of what it was' },
    othersShare: {
      raise: 0.25,
      clear: 0.35,
      unit: 'share',
      what: 'growth of viewers and rooms, up to which memory is from elsewhere',
    },
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'how long the server has run before memory counts' },
  },
  rules: [
    {
      name: 'OkBoxBoxMemoryGrows',
      expr:
        'okboxbox_resident_memory_bytes - min_over_time(okboxbox_resident_memory_bytes[15m]) > 3e8 and ' +
        'okboxbox_resident_memory_bytes > 1.5 * min_over_time(okboxbox_resident_memory_bytes[15m])',
      for: '2m',
      severity: 'warning',
      summary: 'Memory has grown by more than 300 MB and by half within 15 minutes.',
      test: {
        fires: [{ series: 'okboxbox_resident_memory_bytes', values: '2e8+1e8x10' }],
        silent: [{ series: 'okboxbox_resident_memory_bytes', values: '2e8+1e6x10' }],
        at: '8m',
      },
    },
  ],
  causes: {
    leaked_rooms: {
      title: 'Rooms have members that are gone',
      meaning: 'The adapter lists members that no connection belongs to. The sweep takes them out and names them.',
      severity: 'warning',
      nextStep: {
        text: 'Nothing at once: the sweep has mended it. Where it comes back, export a support pack.',
        view: 'sockets',
      },
      fixes: [
        'The sweep repairs it by itself; the finding says how many it has repaired since the start.',
        'Where it comes back with each sweep: export a support pack, and restart the server between two sessions.',
      ],
      clearsWhen: 'a sweep finds none.',
    },
    clients_never_leave: {
      title: 'Clients connect and never join or leave',
      meaning: 'Many connections have been in no room for longer than 10 s, and stay.',
      severity: 'warning',
      nextStep: {
        text: 'Find out whose they are: Sockets, by user and surface. Disconnect them.',
        view: 'sockets?sort=connectedAt',
      },
      fixes: [
        'Console, Sockets: they share a role, a surface or a user. Mend that client: one connection is enough, and it is to be closed.',
        'Disconnect them; behind a proxy, limit connections per address.',
        'A restart of the server clears all connections.',
      ],
      clearsWhen: 'fewer than 25 connections have joined nothing.',
    },
    reconnect_storm: {
      title: 'Clients connect again and again',
      meaning: 'Connections go and come again at once, more than a tenth of those that are open within 10 s.',
      severity: 'warning',
      nextStep: {
        text: 'See by which code they are closed: it names who closes them, and why.',
        view: 'sockets?state=closed',
      },
      fixes: [
        '`slow_consumer`: their lines. `silent`: a proxy that drops idle connections. `client_left`: a client that connects in a loop.',
        'A proxy needs `proxy_read_timeout` over 60 s and the headers `Upgrade` and `Connection`.',
        'Where one client does it: revoke its token.',
      ],
      clearsWhen: 'fewer than 6 connections go within 10 s.',
    },
    memory_elsewhere: {
      title: 'Memory grows, and not by subscriptions',
      meaning: 'The process grows while viewers and rooms stay as many: something else keeps memory.',
      severity: 'warning',
      nextStep: { text: 'Export a support pack now, and restart the server between two sessions.', view: 'overview' },
      fixes: [
        'Export a support pack while it is so: it holds 15 minutes of every figure.',
        'Restart between two sessions. Relays and viewers come back by themselves.',
        'Where the heap does not grow with it, it is memory outside of it: buffers, or a native part.',
      ],
      clearsWhen: 'memory has grown by less than 150 MB within 15 minutes.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode<'SUBSCRIPTIONS_STUCK'>;
