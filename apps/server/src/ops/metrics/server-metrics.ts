import { GC_KINDS } from '../figures/garbage-collector.js';
import type { Operations } from '../operations.js';
import type { Look } from './families.js';
import { type Families, seconds } from './families.js';

/** The server: its process, what is wrong with it, its rooms, and what operations themselves cost. */
export function serverMetrics(families: Families, operations: Operations, look: () => Look): void {
  processMetrics(families, operations, look);
  findingMetrics(families, operations, look);
  roomMetrics(families, look);
}

/** The process, what has happened in it, and what operations themselves cost. */
function processMetrics(families: Families, operations: Operations, look: () => Look): void {
  const { figures, cost } = operations;
  const summary = () => look().summary;
  const { version, gitSha, environment, startedAt } = summary();

  families.info('okboxbox_build_info', 'The version that runs; always 1.', {
    version,
    git_sha: gitSha ?? '',
    environment,
  });
  families.gauge('okboxbox_start_time_seconds', 'When the server started, since the epoch.', () => startedAt / 1_000);
  families.gauge('okboxbox_up_status', 'Status: 0 ok, 1 degraded, 2 critical.', () =>
    ['ok', 'degraded', 'critical'].indexOf(summary().status),
  );
  families.counters(
    'okboxbox_errors_total',
    'Errors, by part of the server.',
    'subsystem',
    () => figures.errors.totals,
  );
  families.gauges(
    'okboxbox_errors_recent',
    'Errors of the last ten minutes.',
    'subsystem',
    () => summary().errors.bySubsystem,
  );
  families.counters('okboxbox_events_total', 'Events of operations, by name.', 'event', () => figures.events.counts);

  const { collector } = figures.loop;
  families.gauge('okboxbox_event_loop_delay_max_seconds', 'Longest delay of the event loop in the last minute.', () =>
    seconds(summary().eventLoop.delayMaxMs),
  );
  families.gauge(
    'okboxbox_event_loop_utilization_ratio',
    'Share of the last second in which the event loop was busy.',
    () => summary().eventLoop.utilization,
  );
  families.counters('okboxbox_gc_pauses_total', 'Pauses of the garbage collector, by what it did.', 'kind', () =>
    Object.fromEntries(GC_KINDS.map((kind) => [kind, collector.pauses[kind].count])),
  );
  families.counters('okboxbox_gc_pause_seconds_total', 'Time in pauses of the garbage collector.', 'kind', () =>
    Object.fromEntries(GC_KINDS.map((kind) => [kind, collector.pauses[kind].totalMs / 1_000])),
  );
  families.gauge('okboxbox_gc_pause_max_seconds', 'Longest pause of the garbage collector in the last minute.', () =>
    seconds(summary().eventLoop.gcPauseMaxMs),
  );
  families.counter('okboxbox_cpu_seconds_total', 'Processor time of the server.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  families.gauge('okboxbox_resident_memory_bytes', 'Memory of the process.', () => summary().memory.rssBytes);
  families.gauge('okboxbox_heap_used_bytes', 'Heap in use.', () => summary().memory.heapUsedBytes);
  families.gauge(
    'okboxbox_heap_limit_bytes',
    'Largest size that the heap may have.',
    () => summary().memory.heapLimitBytes,
  );
  families.gauge('okboxbox_external_memory_bytes', 'Memory outside the heap.', () => summary().memory.externalBytes);

  families.gauge('okboxbox_ops_ring_bytes', 'Memory of the rings of events.', () => summary().ops.ringBytes);
  families.gauge(
    'okboxbox_ops_history_bytes',
    'Memory of the history of the last 15 minutes.',
    () => summary().ops.historyBytes,
  );
  families.counter(
    'okboxbox_ops_evicted_total',
    'Events removed to make room for newer ones.',
    () => summary().ops.evicted,
  );
  families.counter(
    'okboxbox_ops_tap_failures_total',
    'Failures of a listener of operations; the frame still passed.',
    () => summary().ops.tapFailures,
  );
  families.counter(
    'okboxbox_ops_busy_seconds_total',
    'Time that the server spent on operations’ answers and history.',
    () => cost.busyTotalMs / 1_000,
  );
  cost.onAnswer = families.durations('okboxbox_ops_answer_duration_seconds', 'Duration of operations’ answers.');
}

/** What has been found wrong, and how old the look is that found it; alerts are made of these. */
function findingMetrics(families: Families, operations: Operations, look: () => Look): void {
  const { triage } = operations;
  // What has cleared is no series any more.
  families.rows(
    'okboxbox_findings',
    'Findings of now, by failure mode, cause and severity.',
    ['code', 'cause', 'severity'],
    () => triage.answer.findings.map(({ code, cause, severity }) => ({ labels: { code, cause, severity }, value: 1 })),
  );
  families.gauge('okboxbox_findings_age_seconds', 'Time since the server last looked for findings.', () =>
    // Before the first look it is as old as the server.
    seconds(triage.answer.at === 0 ? look().summary.uptimeMs : Math.max(0, operations.now() - triage.answer.at)),
  );
}

/** Rooms as the sweep finds them, and who enters and leaves them. */
function roomMetrics(families: Families, look: () => Look): void {
  const rooms = () => look().summary.rooms;
  families.gauge('okboxbox_rooms', 'Rooms with members, at the newest sweep.', () => rooms().rooms);
  families.gauge('okboxbox_room_memberships', 'Memberships of rooms, at the newest sweep.', () => rooms().memberships);
  families.counter('okboxbox_rooms_joins_total', 'Rooms entered.', () => rooms().joins);
  families.counter('okboxbox_rooms_leaves_total', 'Rooms left.', () => rooms().leaves);
  families.counter('okboxbox_rooms_repaired_total', 'Leaked memberships repaired.', () => rooms().repairedTotal);
}
