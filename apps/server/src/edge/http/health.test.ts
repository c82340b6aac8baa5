import { describe, expect, it } from 'vitest';
import { type HealthDeps, healthOf, isReady } from './health.js';

const REFUSED = {
  since: 58_000,
  until: null,
  kind: 'full',
  because: 'the disk is full',
  isWhole: true,
  sessions: ['sess_abc'],
  waitingRecords: 120,
  waitingBytes: 90_000,
} as const;

/** A server whose disk and database are as given. */
function deps(code: string | null, storeHealth: ReturnType<HealthDeps['storeHealth']>): HealthDeps {
  return {
    disk: { look: () => ({ freeBytes: 0, totalBytes: 1e9, refused: code === null ? null : { ...REFUSED, code } }) },
    damaged: { unreadable: [], losses: [] },
    storeHealth: () => storeHealth,
    clock: { now: () => 70_000 },
    version: '1.2.3',
    startedAt: 10_000,
  };
}

describe('health', () => {
  it('is ok where frames reach the disk and the database answers, or starts', () => {
    for (const state of ['ok', 'starting'] as const) {
      const healthy = deps(null, { state });
      expect(healthOf(healthy)).toMatchObject({ status: 'ok', version: '1.2.3', uptimeMs: 60_000 });
      expect(isReady(healthy)).toBe(true);
    }
  });

  it('is degraded and still ready without the database, and names no address', () => {
    const away = { state: 'away', since: 40_000, because: 'connect ECONNREFUSED 10.0.3.7:5432' } as const;
    const degraded = deps(null, away);
    const { status, checks } = healthOf(degraded);
    expect([status, checks.timeline?.status, checks.database?.status]).toEqual(['degraded', 'ok', 'degraded']);
    expect(checks.database?.detail).toContain('has been away for 30 s (it refuses connections, ECONNREFUSED)');
    expect(JSON.stringify(checks)).not.toContain('10.0.3.7');
    expect(isReady(degraded)).toBe(true);
  });

  it('is not ready where the disk takes nothing, and names no path', () => {
    const full = deps('ENOSPC', { state: 'ok' });
    const { status, checks } = healthOf(full);
    expect([status, checks.timeline?.status]).toEqual(['degraded', 'degraded']);
    expect(checks.timeline?.detail).toBe(
      'The disk has refused timelines for 12 s: there is no room left, ENOSPC. 120 records wait in memory.',
    );
    expect(isReady(full)).toBe(false);
  });

  it('is degraded and ready where sessions cannot be read, or have lost records', () => {
    const loss = {
      since: 1,
      bytes: 51_200,
      places: 1,
      records: 74,
      from: null,
      to: null,
      file: '000001.seg',
      because: 'a wrong checksum',
      isAccepted: false,
    };
    const damaged = { ...deps(null, { state: 'ok' }), damaged: { unreadable: [{}], losses: [{ loss }] } };
    expect(healthOf(damaged)).toMatchObject({
      status: 'degraded',
      checks: {
        sessions: {
          detail:
            'Sessions that cannot be read: 1. Sessions that have lost records: 1; records: 74 or more, damaged bytes: 51200.',
        },
      },
    });
    expect(isReady(damaged)).toBe(true);
  });
});
