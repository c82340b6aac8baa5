import { expect, it } from 'vitest';
import { benchmarkPage } from './bench-page.mjs';

const run = (...lines: Readonly<Record<string, unknown>>[]) => [
  { name: 'fan-out', about: 'What a message costs.', lines },
];

it('names the machine, every figure, and whether a budget is met', () => {
  const page = benchmarkPage(
    { processor: '2 × Fast' },
    run(
      { bench: 'fan-out', kind: 'hub', viewers: 1_000, cpuMicros: { off: 1.25, on: 2 } },
      { bench: 'fan-out', hubToBareWs: 1.05, budget: 1.1 },
    ),
  );
  expect(page).toContain('| processor | 2 × Fast |');
  expect(page).toContain('All are met.');
  expect(page).toMatch(/\| `fan-out` \| .* \| 1\.05 \| ≤ 1\.1 \| met \|/);
  expect(page).toContain('### fan-out\nWhat a message costs.\n');
  expect(page).toContain('- kind hub · viewers 1,000 · cpuMicros off 1.25, on 2\n');
});

it('says which budgets are missed, in both directions', () => {
  const page = benchmarkPage(
    {},
    run(
      { bench: 'fan-out', hubToBareWs: 1.2, budget: 1.1 },
      { bench: 'ingest', framesPerSec: 4_000, budget: 5_000 },
      { bench: 'support-pack', loopDelayMaxMs: [3, 26, 7], budgetMs: 25 },
      { bench: 'broadcast-delay', kind: 'sockets', delayMs: 1_000, p99Ms: 5, budgetP99Ms: 25 },
    ),
  );
  expect(page).toContain('3 of 4 are missed.');
  expect(page).toMatch(/\| 1\.2 \| ≤ 1\.1 \| \*\*missed\*\* \|/);
  expect(page).toMatch(/\| 4,000 \| ≥ 5,000 \| \*\*missed\*\* \|/);
  expect(page).toMatch(/\| 26 \| ≤ 25 \| \*\*missed\*\* \|/);
  expect(page).toMatch(/\(sockets, delay 1,000 ms\) \| 5 \| ≤ 25 \| met \|/);
});

it('fails where a bench has a budget that it cannot judge', () => {
  expect(() => benchmarkPage({}, run({ bench: 'fan-out', budgetSeconds: 3 }))).toThrow('budgetSeconds');
});
