import { GC_KINDS } from '../garbage-collector.js';
import type { Operations } from '../operations.js';
import { type Families, seconds } from './families.js';
import type { Look } from './look.js';

/** The process, what has happened in it, and what operations themselves cost. */
export function processMetrics(families: Families, operations: Operations, look: () => Look): void {
  const { figures, cost } = operations;
  const summary = () => look().summary;
  const { version, gitSha, environment, startedAt } = summary();

  families.info('okboxbox_build_info', 'What runs; always 1.', { version, git_sha: gitSha ?? '', environment });
  families.gauge('okboxbox_start_time_seconds', 'When the server started, since the epoch.', () => startedAt / 1_000);
  families.gauge('okboxbox_up_status', '0 where all is right, 1 degraded, 2 critical.', () =>
    ['ok', 'degraded', 'critical'].indexOf(summary().status),
  );
  families.counters(
    'okboxbox_errors_total',
    'Errors, by the part of the server.',
    'subsystem',
    () => figures.errors.totals,
  );
  families.gauges(
    'okboxbox_errors_recent',
    'Errors of the last ten minutes.',
    'subsystem',
    () => summary().errors.bySubsystem,
  );
  families.counters(
    'okboxbox_events_total',
    'What has happened, by the names of operations’ events.',
    'event',
    () => figures.events.counts,
  );

  const { collector } = figures.loop;
  families.gauge('okboxbox_event_loop_delay_max_seconds', 'Longest hold-up of the last minute.', () =>
    seconds(summary().eventLoop.delayMaxMs),
  );
  families.gauge(
    'okboxbox_event_loop_utilization_ratio',
    'Share of the last second spent working.',
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
  families.gauge('okboxbox_heap_limit_bytes', 'What the heap may grow to.', () => summary().memory.heapLimitBytes);
  families.gauge('okboxbox_external_memory_bytes', 'Memory outside the heap.', () => summary().memory.externalBytes);

  families.gauge('okboxbox_ops_ring_bytes', 'What the rings of events take.', () => summary().ops.ringBytes);
  families.gauge('okboxbox_ops_history_bytes', 'What the last 15 minutes take.', () => summary().ops.historyBytes);
  families.counter('okboxbox_ops_evicted_total', 'Events that made room for newer ones.', () => summary().ops.evicted);
  families.counter(
    'okboxbox_ops_tap_failures_total',
    'Passes in which a listener of operations failed; the frame went on.',
    () => summary().ops.tapFailures,
  );
  families.counter(
    'okboxbox_ops_busy_seconds_total',
    'Time that operations’ answers and history kept the server busy.',
    () => cost.busyTotalMs / 1_000,
  );
  cost.onAnswer = families.durations('okboxbox_ops_answer_duration_seconds', 'How long operations’ answers took.');
}
