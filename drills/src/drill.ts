import type { FINDING_CAUSES, FindingCause, FindingCode } from '@okboxbox/protocol';
import type { ServerUnderTest } from './server-under-test.js';
import type { SystemLike, TestSystem } from './test-system.js';

/** Failure modes that can be drilled: all but those of the looking itself. */
export type DrilledCode = Exclude<FindingCode, 'NO_DATA' | 'DETECTOR_FAILED'>;
/** The failure modes, in the order of the runbook. */
export const DRILLED_CODES: readonly DrilledCode[] = [
  'RELAY_NOT_CONNECTING',
  'DASHBOARD_STALE',
  'CLOCK_DRIFT',
  'SUBSCRIPTIONS_STUCK',
  'BROADCAST_DELAY_NOT_WORKING',
  'MAIN_FEED_LOST',
  'DB_LATENCY',
  'SETTINGS_NOT_STORED',
];

/** Mends what a drill has broken, by the runbook's own fix; resolves when that is done. */
export type Fix = () => Promise<void>;

interface Facts<C extends DrilledCode = DrilledCode> {
  /** As it is called on the command line. */
  readonly name: string;
  readonly code: C;
  /** What the system must say of it. */
  readonly cause: (typeof FINDING_CAUSES)[C][number] & FindingCause;
  /** What the server makes of it by its own rules when it goes on: from then on that is the right cause. */
  readonly becomes?: (typeof FINDING_CAUSES)[C][number] & FindingCause;
  /** Looks of the server for which it has to stand, where something runs out of time meanwhile; two unless told. */
  readonly stands?: number;
  /** What happens, in words. */
  readonly what: string;
  /** The runbook's own fix, in words. */
  readonly fix: string;
}

/** A drill that any test server with `DRILLS_ENABLED` can be put to, from outside. */
export interface ServerDrill extends Facts {
  readonly on: 'server';
  /** Makes it happen; resolves with the fix when the condition is there. */
  inject(server: ServerUnderTest): Promise<Fix>;
}

/** A drill that needs processes of its own. */
export interface SystemDrill extends Facts {
  readonly on: 'system';
  readonly like: SystemLike;
  inject(system: TestSystem): Promise<Fix>;
}

/** A failure that is made on purpose in a running system, and how it is mended. */
export type Drill = ServerDrill | SystemDrill;
