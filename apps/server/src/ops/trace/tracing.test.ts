import { expect, it } from 'vitest';
import { boundsOf, TraceLog } from './trace-log.js';
import { Tracing } from './tracing.js';

it('a relay that is started again counts from 1 again: what is missing of that is missing', () => {
  const tracing = new Tracing('sess_a', new TraceLog(boundsOf(60)));
  for (const seq of [500, 501]) tracing.ingest('rig', seq, true, 10, seq);
  for (const seq of [1, 2, 5]) tracing.ingest('rig', seq, true, 10, 600 + seq);
  expect(tracing).toMatchObject({ missing: 2, missingAt: 605 });
});

it('what a relay sends late, as it had left it out, is not missing once more', () => {
  const tracing = new Tracing('sess_a', new TraceLog(boundsOf(60)));
  for (const [at, seq] of [10, 20, 11, 12, 21].entries()) tracing.ingest('rig', seq, true, 10, at);
  expect(tracing).toMatchObject({ missing: 9, missingAt: 1 });
});
