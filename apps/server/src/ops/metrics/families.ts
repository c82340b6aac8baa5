import type { OpsSession, OpsSummary } from '@okboxbox/protocol';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Holder } from '../../store/database.js';
import type { WriteBehindDepth } from '../../store/store-health.js';
import type { Operations } from '../operations.js';

/** What all metrics of one answer are read from, taken once. */
export interface Look {
  readonly summary: OpsSummary;
  /** Those that run. */
  readonly sessions: readonly OpsSession[];
  readonly holders: readonly Holder[];
  readonly writeBehind: WriteBehindDepth;
}

export function lookAt(operations: Operations): Look {
  const { holders, writeBehind } = operations.database;
  return {
    summary: operations.summary(),
    sessions: operations.sessions().filter(({ status }) => status === 'live'),
    holders,
    writeBehind,
  };
}

type ByLabel = Readonly<Record<string, number>>;

/** Longest durations of each bucket, in seconds: from a quick query to one that is given up. */
const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** Families of metrics, whose values are read from figures that are there already when somebody asks for them. */
export class Families {
  readonly registry = new Registry();

  /** One number; what is not known is NaN. */
  gauge(name: string, help: string, read: () => number | null): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read() ?? Number.NaN);
      },
    });
  }

  /** A number for each value of a label. */
  gauges(name: string, help: string, label: string, read: () => ByLabel): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count);
      },
    });
  }

  /** A number for each set of values of several labels. */
  rows(
    name: string,
    help: string,
    labels: readonly string[],
    read: () => readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[],
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const row of read()) this.inc(row.labels, row.value);
      },
    });
  }

  /** Always 1; its labels say what is. */
  info(name: string, help: string, labels: Readonly<Record<string, string>>): void {
    new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.registry] }).set(labels, 1);
  }

  /** What only grows. */
  counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** What only grows, for each value of a label. */
  counters(name: string, help: string, label: string, read: () => ByLabel): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  }

  /** Durations; returns a function that counts one, given in ms. */
  durations(name: string, help: string): (tookMs: number) => void {
    const histogram = new Histogram({ name, help, buckets: BUCKETS_S, registers: [this.registry] });
    return (tookMs) => histogram.observe(tookMs / 1_000);
  }
}

/** Prometheus counts time in seconds. */
export function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

/** The largest that is known. */
export function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** How many there are of each. */
export function countBy<T>(items: readonly T[], nameOf: (item: T) => string): ByLabel {
  const counts: Record<string, number> = Object.create(null);
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}
