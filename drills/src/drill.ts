import type { ServerUnderTest } from './server-under-test.js';
import type { SystemLike, TestSystem } from './test-system.js';

/** Repairs what a drill has broken, by the runbook's own fix; resolves when that is done. */
export type Fix = () => Promise<void>;

interface Facts {
  /** As it is called on the command line. */
  readonly name: string;
  /** The failure mode: its drills are in the file that has its name. */
  readonly code: string;
  /** What the system must say of it. */
  readonly cause: string;
  /** What the server makes of it by its own rules when it goes on: from then on that is the right cause. */
  readonly becomes?: string;
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

/** A drill that starts its own processes. */
export interface SystemDrill extends Facts {
  readonly on: 'system';
  readonly like: SystemLike;
  inject(system: TestSystem): Promise<Fix>;
}

/** A failure that is made on purpose in a running system, and how it is repaired. */
export type Drill = ServerDrill | SystemDrill;
