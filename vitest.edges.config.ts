import { defineConfig } from 'vitest/config';

// `npm run test:edges`: the tests of sockets, calls and relays once more, and a short night that looks for leaks, with two edges
// between clients and the server (`EDGE_WORKERS=2`), in the process of the test. What polls is not declared there (`POLLS_PASS`).
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: [
      'apps/server/src/edge/{gateway,http}/**/*.test.ts',
      'apps/server/src/owner/ingest/**/*.test.ts',
      'apps/server/src/ops/{trace/trace,actions/rooms}-calls.test.ts',
      'apps/server/src/leaks.test.ts',
    ],
    env: { TEST_EDGE_WORKERS: '2' },
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
