import type { CameraRequest, SourceRecord } from '@okboxbox/protocol';

/** What a source is, known before its first record. */
export interface SourceInfo {
  /** The kind in its SPEC: `recording`, `lapchart`, … */
  readonly kind: string;
  /** The SPEC as given. */
  readonly spec: string;
  /** The sim that the data came from. */
  readonly sim: string;
  /** True for a file or a simulation that is played; false for a sim that is running now. */
  readonly playback: boolean;
  /** Frames a second of session time that the source gives, where it knows. */
  readonly rateHz: number | null;
}

/** Something wrong with the data that the source could go on after. */
export interface SourceTrouble {
  readonly message: string;
  /** Whether part of the data is missing or damaged: what was made of the rest is not all there was. */
  readonly isDamage?: boolean;
}

/**
 * Where a live sim stands: not started, in a session, showing a replay (its session clock stands still, and no frames
 * come), or closed after it was connected.
 */
export type SimState = 'sim-not-running' | 'connected' | 'replay' | 'left';

export interface ReadOptions {
  /** Stops the source at the next record; the iteration then ends without an error. */
  readonly signal?: AbortSignal;
  readonly onTrouble?: (trouble: SourceTrouble) => void;
  /** Told by a live sim, and only at changes. */
  readonly onState?: (state: SimState) => void;
}

/**
 * Where frames come from. A source gives its records in order, each with the times it was captured at, as
 * fast as it is read; `pace` lets them out at the speed of the session clock. A session record comes before
 * the frames that it describes.
 */
export interface Source {
  readonly info: SourceInfo;
  /** @throws SourceError in the middle of the iteration where the data end in damage: the good records came first. */
  read(options?: ReadOptions): AsyncIterable<SourceRecord>;
  /**
   * Asks the sim's camera for something; absent where the source has no camera that can be asked. Whether the sim did it is to
   * be seen in the frames.
   * @throws CameraError where the sim cannot be asked now.
   */
  readonly askCamera?: (request: CameraRequest) => void;
}

/** The sim's camera cannot be asked for something; the message says why, for a director. */
export class CameraError extends Error {
  override readonly name = 'CameraError';
}

/** A source that cannot be opened or read on. The message names the thing and the way out. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
}

/** A SPEC that cannot be, whatever there is on this machine. */
export class SpecError extends SourceError {
  override readonly name = 'SpecError';
}
