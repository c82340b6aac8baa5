import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first: at the end it would run alone. */
const LONGEST_FIRST = ['ten-minutes', 'slow-line', 'relay', 'kills'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST_FIRST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at === -1 ? LONGEST_FIRST.length : at;
    };
    return [...files].sort((a, b) => rank(a) - rank(b));
  }
}

// `npm run test:bad-day`: real processes that are killed, stopped and cut off, in a few minutes; `-- --long` for as long
// and as often as on the worst of nights. Several files at a time: they mostly wait.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: ['e2e/bad-day/**/*.test.ts'],
    maxWorkers: process.env.OKBOXBOX_LONG === '1' ? 2 : 4,
    sequence: { sequencer: LongestFirst },
    hookTimeout: 180_000,
  },
});
