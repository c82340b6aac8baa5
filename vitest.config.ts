import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What runs for most of a minute begins first: at the end it would run alone. */
class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => /\/e2e\/|\/leaks\.test\.ts$/.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// Tests read the sources, not the built files: the condition is the one in each package's exports.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: [
      '{packages,apps}/*/src/**/*.test.{ts,tsx}',
      'drills/src/**/*.test.ts',
      'e2e/**/*.test.ts',
      'deploy/**/*.test.ts',
      'docs/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // Long proofs have a command of their own.
    exclude: ['e2e/bad-day/**', 'e2e/truth/**'],
    // Most tests wait more than they work: two at a time also where there are two cores.
    maxWorkers: 2,
    sequence: { sequencer: LongOnesFirst },
    // No measure of anything: what is stuck ends by it, on the slowest machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
