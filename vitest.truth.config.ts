import { defineConfig } from 'vitest/config';

// `npm run test:truth`: whole races of professional timing and of other sims, compared with what was timed there. Needs
// Python 3 with numpy, which makes the recordings.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: ['e2e/truth/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
