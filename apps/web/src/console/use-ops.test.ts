import { noSuchCall, type Problem } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallFailed } from '../access/call.js';
import { isForGood, isStale, missingBecause, nextPollMs } from './use-ops.js';

const problem = (status: number, detail: string, capability?: string): Problem => ({
  type: 'about:blank',
  title: 'no',
  status,
  detail,
  ...(capability !== undefined && { capability }),
});
const failed = (of: Problem | null) => new CallFailed(of, of?.detail ?? 'The server does not answer.');

describe('how often something is asked for', () => {
  it('is as set while it is answered', () => {
    expect(nextPollMs(1_000, { dataUpdatedAt: 9_000, errorUpdatedAt: 0, errorUpdateCount: 0 })).toBe(1_000);
    expect(nextPollMs(1_000, { dataUpdatedAt: 9_000, errorUpdatedAt: 8_000, errorUpdateCount: 7 })).toBe(1_000);
  });

  it('gets rarer the longer the server is away, down to once in 15 seconds', () => {
    const away = (ms: number) =>
      nextPollMs(1_000, { dataUpdatedAt: 50_000, errorUpdatedAt: 50_000 + ms, errorUpdateCount: 1 });
    expect([100, 4_000, 20_000, 900_000].map(away)).toEqual([1_000, 2_000, 10_000, 15_000]);
  });

  it('gets rarer, too, where nothing was ever answered', () => {
    const never = (errorUpdateCount: number) =>
      nextPollMs(1_000, { dataUpdatedAt: 0, errorUpdatedAt: 5_000, errorUpdateCount });
    expect([1, 2, 3, 9].map(never)).toEqual([1_000, 2_000, 4_000, 15_000]);
  });

  it('is never more often than set, and never endless', () => {
    fc.assert(
      fc.property(fc.nat(60_000), fc.nat(), fc.nat(), fc.nat(), (every, dataUpdatedAt, errorUpdatedAt, errors) => {
        const wait = nextPollMs(every, { dataUpdatedAt, errorUpdatedAt, errorUpdateCount: errors });
        expect(wait).toBeGreaterThanOrEqual(every);
        expect(wait).toBeLessThanOrEqual(Math.max(every, 15_000));
      }),
    );
  });
});

it('an answer is old once three more should have come', () => {
  expect(isStale(1_000, 4_000)).toBe(false);
  expect(isStale(1_000, 4_001)).toBe(true);
});

describe('what a failed call means', () => {
  it.each([
    ['a server that cannot be reached', failed(null), 'away'],
    ['a server that fails', failed(problem(503, 'Not ready.')), 'away'],
    ['nobody signed in', failed(problem(401, 'Sign in.', 'ops:read')), 'no_right'],
    ['a missing right', failed(problem(403, 'You lack it.', 'ops:read')), 'no_right'],
    ['operations that are off', failed(problem(404, noSuchCall('GET', '/api/ops/summary'))), 'not_there'],
    ['a socket that is unknown', failed(problem(404, 'There is no socket "x".')), 'unknown'],
    ['a filter that cannot be used', failed(problem(400, '"limit" cannot be used.')), 'refused'],
  ])('%s', (_, error, kind) => {
    expect(missingBecause(error).kind).toBe(kind);
  });

  it('says which right is missing', () => {
    expect(missingBecause(failed(problem(403, 'You lack it.', 'ops:read')))).toMatchObject({ capability: 'ops:read' });
  });
});

it('what is refused or not there is not asked for again; a server that is away is', () => {
  const again = [problem(403, 'You lack it.'), problem(404, noSuchCall('GET', '/x')), problem(503, 'Not ready.'), null];
  expect(again.map((of) => isForGood(missingBecause(failed(of))))).toEqual([true, true, false, false]);
});
