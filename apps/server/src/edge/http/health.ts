import type { SessionLoss } from '@okboxbox/protocol';
import type { Clock } from '../../clock.js';
import type { DiskWatch } from '../../disk-watch.js';
import type { StoreHealth } from '../../store/store-health.js';
import { plainReason } from './plain-reason.js';

/** What the state of health is made of: it is of this process alone, and waits for no other. */
export interface HealthDeps {
  /** Whether the disk stores timelines. */
  readonly disk: Pick<DiskWatch, 'look'>;
  /** Sessions that cannot be read, and what is lost of others. */
  readonly damaged: {
    readonly unreadable: readonly unknown[];
    readonly losses: readonly { readonly loss: SessionLoss }[];
  };
  readonly storeHealth: () => StoreHealth;
  readonly clock: Clock;
  readonly version: string;
  readonly startedAt: number;
}

/** A part of the server that the health is made of. */
interface Check {
  readonly status: 'ok' | 'degraded';
  readonly detail: string;
}

/** The state of health: degraded where a check fails, with which one and why. */
export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly version: string;
  readonly uptimeMs: number;
  readonly checks: Readonly<Record<string, Check>>;
}

/** The answer of `GET /api/health`. */
export function healthOf(deps: HealthDeps): Health {
  const checks = { timeline: timelineCheck(deps), sessions: sessionsCheck(deps), database: databaseCheck(deps) };
  return {
    status: Object.values(checks).every((check) => check.status === 'ok') ? 'ok' : 'degraded',
    version: deps.version,
    uptimeMs: Math.round(deps.clock.now() - deps.startedAt),
    checks,
  };
}

/** Whether the server can do its work: frames reach the disk. Without the database it can. */
export function isReady(deps: HealthDeps): boolean {
  return timelineCheck(deps).status === 'ok';
}

function timelineCheck({ disk, clock }: HealthDeps): Check {
  const { refused } = disk.look();
  if (refused === null || refused.until !== null)
    return { status: 'ok', detail: 'All acknowledged frames are on disk.' };
  const { code, since, waitingRecords } = refused;
  return {
    status: 'degraded',
    detail: `The disk has refused timelines for ${secondsSince(since, clock)} s: ${plainReason(code ?? '')}. ${waitingRecords} records wait in memory.`,
  };
}

function sessionsCheck({ damaged: { unreadable, losses } }: HealthDeps): Check {
  const said = [
    ...(unreadable.length > 0 ? [`Sessions that cannot be read: ${unreadable.length}.`] : []),
    ...(losses.length > 0
      ? [
          `Sessions that have lost records: ${losses.length}; records: ${losses.reduce((sum, { loss }) => sum + (loss.records ?? 0), 0)} or more, ` +
            `damaged bytes: ${losses.reduce((sum, { loss }) => sum + loss.bytes, 0)}.`,
        ]
      : []),
  ];
  return said.length === 0
    ? { status: 'ok', detail: 'All sessions can be read.' }
    : { status: 'degraded', detail: said.join(' ') };
}

function secondsSince(since: number, clock: HealthDeps['clock']): number {
  return Math.round((clock.now() - since) / 1000);
}

function databaseCheck({ storeHealth, clock }: HealthDeps): Check {
  const health = storeHealth();
  switch (health.state) {
    case 'ok': {
      if (health.waits === undefined) return { status: 'ok', detail: 'Laps and race events are being stored.' };
      const { since, because } = health.waits;
      return {
        status: 'degraded',
        detail: `Storing has been waiting for ${secondsSince(since, clock)} s (${plainReason(because)}). Timing continues; rows are stored later.`,
      };
    }
    case 'starting':
      return { status: 'ok', detail: 'The database is starting. Laps and race events are stored when it has started.' };
    case 'away':
      return {
        status: 'degraded',
        detail: `The database has been away for ${secondsSince(health.since, clock)} s (${plainReason(health.because)}). Timing continues; rows are stored later.`,
      };
    default:
      return health satisfies never;
  }
}
