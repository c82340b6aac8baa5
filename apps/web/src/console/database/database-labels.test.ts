import type { OpsDatabase } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databaseStands, heldBy, poolParts, probeText, sortedStatements, statementFigure } from './database-labels.js';

const pool = { max: 10, total: 4, idle: 3, waiting: 0 };
const statement = (name: string, p95Ms: number | null) => ({
  name,
  p95Ms,
  p50Ms: null,
  maxMs: null,
  count: 1,
  errors: 0,
});

describe('a database in words', () => {
  it('says that it is away and why, that it starts, that queries wait, or that all is right', () => {
    const stands = (over: Partial<OpsDatabase>) => databaseStands({ state: 'ok', because: null, pool, ...over });
    expect(stands({ state: 'away', because: 'connection refused' })).toMatchObject({
      shape: 'bad',
      detail: 'connection refused',
    });
    expect(stands({ state: 'starting' }).word).toBe('Starting');
    expect(stands({ pool: { ...pool, waiting: 1 } })).toMatchObject({
      shape: 'warn',
      detail: 'one query waits for one of 10 connections',
    });
    expect(stands({ because: 'permission denied' })).toMatchObject({ shape: 'warn', detail: 'permission denied' });
    expect(stands({}).shape).toBe('ok');
  });

  it('says who holds a lock, and what a probe has found', () => {
    const holder = { pid: 7, application: 'migration', state: null, ageMs: null };
    expect(heldBy(holder)).toBe('process 7 (migration)');
    expect(heldBy({ ...holder, application: null })).toBe('process 7');
    expect(heldBy({ ...holder, pid: 0 })).toBe('a prepared transaction');
    expect(heldBy({ ...holder, pid: null, application: null })).toBe('unknown');
    const probe = {
      found: 'sign_in_refused',
      because: 'No.',
      code: '28000',
      at: 1,
      tookMs: 12,
      processId: null,
    } as const;
    expect(probeText(probe)).toBe(
      'A connection of its own found in 12 ms: the database refuses the sign-in. No. (28000)',
    );
  });

  it('the parts of the pool fill the bar, whatever a server says', () => {
    expect(poolParts(pool).map(({ name, count }) => [name, count])).toEqual([
      ['used', 1],
      ['idle', 3],
      ['free', 6],
      ['waiting', 0],
    ]);
    const counts = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(fc.record({ max: counts, total: counts, idle: counts, waiting: counts }), (any) => {
        const parts = poolParts(any);
        const whole = parts.reduce((sum, { share }) => sum + share, 0);
        expect(parts.every(({ count }) => count >= 0)).toBe(true);
        expect([0, 1]).toContain(Math.round(whole * 1e9) / 1e9);
      }),
    );
  });

  it('the slowest statements come first, those without a figure last', () => {
    const rows = [statement('b', null), statement('a', 4), statement('c', 90), statement('d', 4)];
    expect(sortedStatements(rows, 'p95Ms').map(({ name }) => name)).toEqual(['c', 'a', 'd', 'b']);
    expect(statementFigure('count')).toBe('count');
    expect(statementFigure('name; drop table')).toBe('p95Ms');
  });
});
