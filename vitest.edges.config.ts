import { defineConfig } from 'vitest/config';

// `npm run test:edges`: the gateway's own tests once more with two edges between clients and the server (`EDGE_WORKERS=2`), in
// the process of the test. What polls, or asks operations of viewers, is skipped there by `POLLS_PASS` and `OPS_SEE_ALL`.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: ['apps/server/src/edge/gateway/**/*.test.ts'],
    env: { TEST_EDGE_WORKERS: '2' },
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
