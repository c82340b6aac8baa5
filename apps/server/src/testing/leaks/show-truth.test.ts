import { expect, it } from 'vitest';
import { ShowTruth } from './show-truth.js';

it('a session whose welcome comes after the sim has gone on may end from that instant on', () => {
  const truth = new ShowTruth('one', 'a');
  truth.greets('4711:1', 100);
  truth.wentOn('4711:2', 200);
  truth.began('sess_late', '4711:1');
  expect(truth.endedAt('sess_late')).toBe(200);
  truth.greets('4711:2', 300);
  truth.began('sess_next', '4711:2');
  expect(truth.endedAt('sess_next')).toBe(Number.POSITIVE_INFINITY);
});
