import { defineConfig } from 'vitest/config';

// Tests read the sources, not the built files: the condition is the one in each package's exports.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: ['{packages,apps}/*/src/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts', 'docs/**/*.test.ts'],
    // Long proofs have a command of their own.
    exclude: ['e2e/bad-day/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
