import { defineConfig } from 'vitest/config';

// `npm run test:bad-day`: real processes that are killed, stopped and cut off, one file after another.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: { include: ['e2e/bad-day/**/*.test.ts'], fileParallelism: false, hookTimeout: 60_000 },
});
