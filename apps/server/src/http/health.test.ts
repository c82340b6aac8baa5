import { describe, expect, it } from 'vitest';
import { type HealthWorld, healthOf, isReady } from './health.js';

/** A server whose disk and database are as given. */
function world(disk: string | null, storeHealth: ReturnType<HealthWorld['storeHealth']>): HealthWorld {
  const health = disk === null ? { state: 'ok' } : { state: 'failing', since: 0, because: disk, waitingBytes: 9 };
  return {
    registry: { live: [{ health }] } as unknown as HealthWorld['registry'],
    storeHealth: () => storeHealth,
    clock: { now: () => 70_000 },
    version: '1.2.3',
    startedAt: 10_000,
  };
}

describe('health', () => {
  it('is ok where frames reach the disk and the database answers, or starts', () => {
    for (const state of ['ok', 'starting'] as const) {
      const healthy = world(null, { state });
      expect(healthOf(healthy)).toMatchObject({ status: 'ok', version: '1.2.3', uptimeMs: 60_000 });
      expect(isReady(healthy)).toBe(true);
    }
  });

  it('is degraded and still ready without the database, and names no address', () => {
    const away = { state: 'away', since: 40_000, because: 'connect ECONNREFUSED 10.0.3.7:5432' } as const;
    const degraded = world(null, away);
    const { status, checks } = healthOf(degraded);
    expect([status, checks.timeline?.status, checks.database?.status]).toEqual(['degraded', 'ok', 'degraded']);
    expect(checks.database?.detail).toContain('away for 30 s (it refuses connections, ECONNREFUSED)');
    expect(JSON.stringify(checks)).not.toContain('10.0.3.7');
    expect(isReady(degraded)).toBe(true);
  });

  it('is not ready where the disk takes nothing, and names no path', () => {
    const full = world("ENOSPC: no space left on device, write '/srv/data/sessions/sess_abc/000001'", { state: 'ok' });
    const { status, checks } = healthOf(full);
    expect([status, checks.timeline?.status]).toEqual(['degraded', 'degraded']);
    expect(checks.timeline?.detail).toBe('The disk refuses timelines: there is no room left, ENOSPC.');
    expect(isReady(full)).toBe(false);
  });
});
