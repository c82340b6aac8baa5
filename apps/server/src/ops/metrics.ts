import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Tokens } from '../access/tokens.js';
import type { Operations } from './operations.js';
import { requireOpsRead } from './ops-calls.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** What a proxy adds: then the call comes from elsewhere, however near the proxy is. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;
const QUERY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/**
 * `GET /metrics`: there where `METRICS_ENABLED` is on; from this machine for everybody, from elsewhere with `ops:read`.
 * No label names a session, a user or a socket: there would be no end of them.
 */
export function serveMetrics(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  const registry = metricsOf(operations);
  http.get('/metrics', async (request, reply) => {
    if (!isFromHere(request)) await requireOpsRead(request, tokens);
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function isFromHere(request: FastifyRequest): boolean {
  const { remoteAddress } = request.raw.socket;
  const isForwarded = PROXY_HEADERS.some((header) => request.headers[header] !== undefined);
  return remoteAddress !== undefined && LOOPBACK.has(remoteAddress) && !isForwarded;
}

/** The metrics of one server; read when they are asked for, from figures that are there already. */
function metricsOf(operations: Operations): Registry {
  const registry = new Registry();
  const { figures } = operations;
  const gauge = (name: string, help: string, read: () => number | null) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read() ?? Number.NaN);
      },
    });
  const gauges = (name: string, help: string, label: string, read: () => Readonly<Record<string, number>>) =>
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count);
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const seconds = (ms: number | null) => (ms === null ? null : ms / 1_000);
  // One look for all metrics of a call: they are collected one after another, in the order they were made.
  let seen = operations.summary();
  new Gauge({
    name: 'okboxbox_build_info',
    help: 'What runs; always 1.',
    labelNames: ['version', 'git_sha', 'environment'],
    registers: [registry],
    collect() {
      seen = operations.summary();
      this.set({ version: seen.version, git_sha: seen.gitSha ?? '', environment: seen.environment }, 1);
    },
  });
  gauge('okboxbox_start_time_seconds', 'When the server started, since the epoch.', () => seen.startedAt / 1_000);
  gauge('okboxbox_up_status', '0 where all is right, 1 degraded, 2 critical.', () =>
    ['ok', 'degraded', 'critical'].indexOf(seen.status),
  );

  counter('okboxbox_ingest_frames_total', 'Frames taken from relays.', () => seen.ingest.framesTotal);
  counter('okboxbox_ingest_bytes_total', 'Bytes of batches from relays.', () => figures.ingest.bytes.total);
  new Counter({
    name: 'okboxbox_ingest_dropped_total',
    help: 'Records that were not taken, by the rule that turned them away.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(seen.ingest.dropped)) this.inc({ reason }, count);
    },
  });
  gauge('okboxbox_relays_connected', 'Relays that feed now.', () => seen.relays.connected);
  gauge('okboxbox_sessions_active', 'Sessions that run.', () => seen.sessions.active);
  gauge('okboxbox_sessions_stale', 'Sessions that run and get no frames.', () => seen.sessions.stale);

  gauges('okboxbox_sockets_connected', 'Connections, by what they call themselves.', 'role', () => seen.sockets.byRole);
  counter('okboxbox_sent_messages_total', 'Messages written to viewers.', () => seen.sent.messagesTotal);
  counter('okboxbox_skipped_messages_total', 'Messages not written to slow viewers.', () => seen.sent.skippedTotal);
  gauges('okboxbox_errors_recent', 'Errors of the last ten minutes.', 'subsystem', () => seen.errors.bySubsystem);
  gauge('okboxbox_broadcast_delay_initialized', 'Whether the broadcast delay is ready.', () =>
    seen.broadcastDelay.initialized ? 1 : 0,
  );

  gauges('okboxbox_db_pool_connections', 'Connections of the database pool.', 'state', () => {
    const { max, total, idle, waiting } = seen.database.pool;
    return { max, total, idle, waiting };
  });
  counter('okboxbox_db_errors_total', 'Queries that failed.', () => figures.database.errors);
  gauge('okboxbox_db_acquire_p95_seconds', 'Wait for a connection, last five minutes.', () =>
    seconds(seen.database.acquireMsP95),
  );
  // By the runbook's own name, which has the wrong unit for Prometheus.
  gauge(
    'db_query_ms_p95',
    'Time of a query in ms, 95th percentile of the last five minutes.',
    () => seen.database.queryMsP95,
  );
  const queries = new Histogram({
    name: 'okboxbox_db_query_duration_seconds',
    help: 'How long queries took.',
    buckets: QUERY_BUCKETS_S,
    registers: [registry],
  });
  figures.onQuery = (tookMs) => queries.observe(tookMs / 1_000);

  gauge('okboxbox_event_loop_delay_max_seconds', 'Longest hold-up of the last minute.', () =>
    seconds(seen.eventLoop.delayMaxMs),
  );
  gauge(
    'okboxbox_event_loop_utilization_ratio',
    'Share of the last second spent working.',
    () => seen.eventLoop.utilization,
  );
  counter('okboxbox_gc_pauses_total', 'Pauses of the garbage collector.', () => figures.loop.collections);
  counter(
    'okboxbox_gc_pause_seconds_total',
    'Time in pauses of the garbage collector.',
    () => figures.loop.collectingMs / 1_000,
  );
  counter('okboxbox_cpu_seconds_total', 'Processor time of the server.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('okboxbox_resident_memory_bytes', 'Memory of the process.', () => seen.memory.rssBytes);
  gauge('okboxbox_heap_used_bytes', 'Heap in use.', () => seen.memory.heapUsedBytes);
  gauge('okboxbox_ops_ring_bytes', 'What the rings of events take.', () => seen.ops.ringBytes);
  counter('okboxbox_ops_evicted_total', 'Events that made room for newer ones.', () => seen.ops.evicted);
  return registry;
}
