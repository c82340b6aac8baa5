import type { SourceRecord } from '@okboxbox/protocol';
import { type PaceClock, pace, type SimState, type Source, SourceError, type SourceTrouble } from '@okboxbox/sims';
import type { Agent } from './agent.js';
import type { Spool } from './spool/spool.js';

/** A file that is not read at its own pace is read no further while this much of it waits, in bytes. */
const ROOM_BYTES = 64 * 1024 * 1024;

/** Where a live sim stands, for the person at this PC. */
export const SIM_STATE_TEXTS: Readonly<Record<SimState, string>> = {
  'sim-not-running': 'waiting for the sim to be started',
  connected: 'the sim is in a session',
  replay: 'the sim shows a replay: nothing is sent',
  left: 'the sim was closed',
};

/** Where a copy of what is read goes. */
export interface RecordSink {
  write(record: SourceRecord): Promise<void>;
  close(): Promise<void>;
}

/** How a source is read. */
export interface CaptureOptions {
  readonly source: Source;
  /** Seconds of session time a second; `null` as fast as the server takes it. */
  readonly speed: number | null;
  readonly record?: RecordSink;
  /** A file that is not read at its own pace is read no further while this much of it waits, in bytes. */
  readonly roomBytes?: number;
  /** What frames are let out by, where that is not the relay's own clock: a playback that can be paused. */
  readonly paceClock?: PaceClock;
  /** Seconds of the source's beginning that are fed at once. */
  readonly skipS?: number;
}

/** What of the relay takes what a source gives. */
interface CaptureDeps {
  readonly clock: PaceClock;
  readonly spool: Spool;
  readonly agent: Agent;
  readonly onState: (state: SimState) => void;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Captures all that a source gives, at its pace, into the spool. What is good of a damaged source is captured first.
 * @throws SourceError where it is damaged or holds no session.
 */
export async function captureSource(
  { source, speed, record: sink, roomBytes = ROOM_BYTES, paceClock, skipS }: CaptureOptions,
  { clock, spool, agent, onState, say, signal }: CaptureDeps,
): Promise<'finished' | 'stopped'> {
  let damage: SourceError | null = null;
  const onTrouble = ({ message, isDamage }: SourceTrouble) => {
    if (isDamage && damage === null) damage = new SourceError(message);
    else say(message);
  };
  const read = source.read({ signal, onTrouble, onState });
  const records = pace(read, {
    // A sim that runs gives its frames when they are due.
    speed: source.info.playback ? speed : null,
    clock: paceClock ?? clock,
    ...(skipS !== undefined && { skipS }),
    signal,
  });
  const waitsForRoom = source.info.playback && speed === null;
  for await (const record of records) {
    while (waitsForRoom && spool.bytes >= roomBytes && !signal.aborted) await spool.changed();
    if (signal.aborted) break;
    agent.capture(record);
    await sink?.write(record);
  }
  if (signal.aborted) return 'stopped';
  if (agent.session === null) {
    throw new SourceError(`${source.info.spec} contains no session: there is nothing to feed.`);
  }
  if (damage !== null) throw damage;
  return 'finished';
}
