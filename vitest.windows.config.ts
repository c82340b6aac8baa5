import { defineConfig } from 'vitest/config';

// `npm run test:windows`: the single-file program and a stand-in for the sim as Windows processes, under wine.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: { include: ['windows/**/*.test.ts'] },
});
