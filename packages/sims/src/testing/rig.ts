import type { SourceRecord } from '@okboxbox/protocol';
import type { SimState } from '../source.js';

/**
 * What the contract needs in order to run a kind of source. A folder's `testing/rigs.ts` exports `RIGS`, with a rig for each
 * kind that the folder defines.
 */
export type Rig = PlaybackRig | LiveRig;

/** A file, or a simulation, that is played to its end. */
export interface PlaybackRig {
  readonly variant: 'playback';
  /** Whether real data that it needs are missing on this machine. */
  readonly isMissing?: boolean;
  /** What is read: a SPEC, or a file that is written; `inFolder` gives paths in a folder of the test's own. */
  readonly source: string | ((inFolder: (name: string) => string) => Promise<string>);
}

/** What can happen to a running sim. */
export type SimChange = 'start' | 'close' | 'freeze' | 'next-session';

/** What came of reading a live sim. */
export interface LiveRun {
  readonly records: readonly SourceRecord[];
  readonly states: readonly SimState[];
}

/** A sim that runs on a driven clock. */
export interface LiveRig {
  readonly variant: 'live';
  readonly isMissing?: boolean;
  /**
   * Reads the sim for `ms` of its clock and then stops. `plan` says what happens to the sim at which ms; it runs from the
   * start unless `isRunning` is false.
   */
  run(ms: number, plan?: Readonly<Record<number, SimChange>>, isRunning?: boolean): Promise<LiveRun>;
}
