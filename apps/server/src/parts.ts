import type { Logger } from './log.js';

/** One part of a node, from its start to its end. */
export interface Part<T> {
  /** For the log and errors, such as `timelines`. */
  readonly name: string;
  /** Makes it ready to work. What it throws ends the start of the node. */
  readonly start: () => Promise<T> | T;
  /** Takes no new work, and lets go of those outside; the other parts still run. */
  readonly drain?: (started: T) => Promise<void> | void;
  /** Writes what is left and frees what it holds; the parts that it depends on still run. */
  readonly stop?: (started: T) => Promise<void> | void;
}

interface Running {
  readonly name: string;
  readonly drain: () => Promise<void> | void;
  readonly stop: () => Promise<void> | void;
}

/**
 * The parts of a node, each on top of those that it depends on. All are drained and then stopped from the top down: at the
 * end, and in the same way where the start fails half-way.
 */
export class Parts {
  readonly #log: Logger;
  readonly #running: Running[] = [];
  #stopping: Promise<void> | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Starts a part and puts it on top. Fails as the part does. */
  async start<T>({ name, start, drain, stop }: Part<T>): Promise<T> {
    const started = await start();
    this.#running.push({ name, drain: () => drain?.(started), stop: () => stop?.(started) });
    return started;
  }

  /** The same for a part that is ready at once. */
  add<T>(name: string, started: T, end: Pick<Part<T>, 'drain' | 'stop'>): T {
    this.#running.push({ name, drain: () => end.drain?.(started), stop: () => end.stop?.(started) });
    return started;
  }

  /**
   * Drains all parts, then stops them. A part that fails to end is logged and keeps no other from ending. Called again, it
   * waits for the same end.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const fromTheTop = [...this.#running].reverse();
    for (const part of fromTheTop) await this.#end(part, 'drain');
    for (const part of fromTheTop) await this.#end(part, 'stop');
  }

  async #end(part: Running, how: 'drain' | 'stop'): Promise<void> {
    try {
      await part[how]();
    } catch (error) {
      this.#log.error({ err: error, part: part.name }, `a part of the server failed to ${how}`);
    }
  }
}
