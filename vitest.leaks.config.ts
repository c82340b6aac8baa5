import { defineConfig } from 'vitest/config';

/** How long the night is, in ms: most of an hour by hand, four minutes otherwise; `npm test` has a short one. */
const NIGHT_MS = process.env.OKBOXBOX_LONG === '1' ? 45 * 60_000 : 4 * 60_000;

// `npm run test:leaks`: a whole evening in which everything goes wrong that can, and in which nothing may be early or
// private for those without the right; `-- --long` for longer than anyone waits for.
export default defineConfig({
  resolve: { conditions: ['okboxbox:source'] },
  ssr: { resolve: { conditions: ['okboxbox:source'] } },
  test: {
    include: ['apps/server/src/leaks.test.ts'],
    env: { LEAK_MS: process.env.LEAK_MS ?? String(NIGHT_MS) },
    hookTimeout: 60_000,
  },
});
