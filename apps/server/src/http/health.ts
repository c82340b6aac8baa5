import type { Clock } from '../clock.js';
import type { SessionRegistry } from '../session/registry.js';
import type { StoreHealth } from '../store/write-behind.js';
import { plainReason } from './plain-reason.js';

/** What the state of health is read from. */
export interface HealthWorld {
  readonly registry: SessionRegistry;
  readonly storeHealth: () => StoreHealth;
  readonly clock: Clock;
  readonly version: string;
  readonly startedAt: number;
}

interface Check {
  readonly status: 'ok' | 'degraded';
  readonly detail: string;
}

/** The answer of `GET /api/health`: degraded where anything is not as it should be, with what and why. */
export function healthOf(world: HealthWorld): {
  status: 'ok' | 'degraded';
  version: string;
  uptimeMs: number;
  checks: Record<string, Check>;
} {
  const checks = { timeline: timelineCheck(world), database: databaseCheck(world) };
  return {
    status: Object.values(checks).every((check) => check.status === 'ok') ? 'ok' : 'degraded',
    version: world.version,
    uptimeMs: Math.round(world.clock.now() - world.startedAt),
    checks,
  };
}

/** Whether the server can do its work: frames reach the disk. Without the database it can. */
export function isReady(world: HealthWorld): boolean {
  return timelineCheck(world).status === 'ok';
}

function timelineCheck({ registry }: HealthWorld): Check {
  const failing = [...registry.live].flatMap((session) => (session.health.state === 'failing' ? [session.health] : []));
  const [first] = failing;
  return first
    ? { status: 'degraded', detail: `The disk refuses timelines: ${plainReason(first.because)}.` }
    : { status: 'ok', detail: 'All that was acknowledged is on disk.' };
}

function secondsSince(since: number, clock: HealthWorld['clock']): number {
  return Math.round((clock.now() - since) / 1000);
}

function databaseCheck({ storeHealth, clock }: HealthWorld): Check {
  const health = storeHealth();
  switch (health.state) {
    case 'ok': {
      if (health.waits === undefined) return { status: 'ok', detail: 'Laps and race events are stored as they come.' };
      const { since, because } = health.waits;
      return {
        status: 'degraded',
        detail: `Storing has to wait for ${secondsSince(since, clock)} s (${plainReason(because)}). Timing goes on; it is stored later.`,
      };
    }
    case 'starting':
      return { status: 'ok', detail: 'The database is starting; what comes meanwhile is stored then.' };
    case 'away':
      return {
        status: 'degraded',
        detail: `The database is away for ${secondsSince(health.since, clock)} s (${plainReason(health.because)}). Timing goes on; it is stored later.`,
      };
    default:
      return health satisfies never;
  }
}
