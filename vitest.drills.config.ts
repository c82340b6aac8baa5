import { defineConfig } from 'vitest/config';

// `npm run test:drills`: whole systems, each broken in one way. They mostly wait, so that several go side by side.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: ['drills/tests/**/*.drill.test.ts'],
    maxConcurrency: 4,
    // The command starts systems of its own.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
