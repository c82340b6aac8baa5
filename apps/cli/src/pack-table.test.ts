import { expect, it } from 'vitest';
import { manifestTable } from './pack-table.js';

const manifest = {
  kind: 'okboxbox-support-pack',
  packVersion: 1,
  version: '0.1.0',
  gitSha: null,
  createdAt: 1_764_000_000_000,
  window: { from: 1_764_000_000_000, to: 1_764_000_900_000 },
  sessionId: null,
  traceId: null,
  redaction: { byRule: { token: 2 }, droppedFields: 0, secretsSearched: 4 },
  sections: [
    {
      name: 'events',
      status: 'withheld',
      because: 'a \u001b]0;secret\u009b31m',
      tookMs: 1,
      bytes: 0,
      sha256: null,
      redacted: {},
      droppedFields: 0,
    },
  ],
};

it('what a pack holds is told without what a terminal obeys', () => {
  const table = manifestTable(manifest);
  expect(table).toContain('Support pack of everything, 2025-11-24 16:00:00 to 2025-11-24 16:15:00');
  expect(table).toContain('withheld   a �]0;secret�31m');
});

it('a window that no date is does not cost the table', () => {
  expect(manifestTable({ ...manifest, window: { from: 1e300, to: -1e300 } })).toContain('unknown time');
});
