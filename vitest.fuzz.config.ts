import { defineConfig } from 'vitest/config';

// `npm run test:fuzz`: every parser of outside input with damaged and hostile inputs, the same ones each time;
// `-- --long` for fifty times as many, `FUZZ_SEED=n` for others.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: { include: ['fuzz/**/*.fuzz.test.ts'], hookTimeout: 60_000 },
});
