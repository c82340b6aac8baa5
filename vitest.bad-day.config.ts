import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The ten minutes without a network first: they pass beside everything else. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith('ten-minutes.test.ts');
    return [...files.filter(isLongest), ...files.filter((file) => !isLongest(file))];
  }
}

// `npm run test:bad-day`: real processes that are killed, stopped and cut off. Two files at a time, of which one mostly
// waits.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: ['e2e/bad-day/**/*.test.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    hookTimeout: 60_000,
  },
});
