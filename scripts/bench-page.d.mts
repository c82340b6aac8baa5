/** A bench that ran. */
export interface BenchRun {
  readonly name: string;
  /** What it measures, in its own words. */
  readonly about: string;
  /** What it printed: one object a line, each with `bench`. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/**
 * `docs/benchmarks.md`, made of what the benches printed on a machine.
 * @throws Error where a line has a budget and no figure of it is known here
 */
export function benchmarkPage(machine: Readonly<Record<string, string>>, benches: readonly BenchRun[]): string;
