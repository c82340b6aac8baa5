import { printable, printableLine } from '@okboxbox/protocol';
import type { AgentCounters } from './agent.js';
import { shownUrl } from './shown-url.js';
import type { SpoolFill } from './spool/spool.js';
import type { Target } from './target.js';
import { stateInWords } from './target-state.js';

/** Where a relay writes what it is doing: standard error, in the end. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** All that a relay says of itself in its line. */
export interface Situation {
  readonly source: string;
  /** Where a live sim stands, in words. */
  readonly sim: string | null;
  /** Those that are to be fed. */
  readonly targets: readonly Target[];
  readonly captured: AgentCounters;
  readonly queue: SpoolFill;
  /** Frames a second over the last few. */
  readonly rate: number;
  /** Frames a second that servers ask for at most; `null` where none asks. */
  readonly maxHz: number | null;
  readonly now: number;
}

/** One line on what the relay is doing. */
export function reportLine({ source, sim, targets, captured, queue, rate, maxHz, now }: Situation): string {
  const parts = [source];
  if (sim !== null) parts.push(sim);
  if (targets.length === 0) parts.push('no server is enabled');
  for (const { url, state, counters } of targets) {
    const name = targets.length > 1 ? `${shownUrl(url)} ` : '';
    parts.push(`${name}${stateInWords(state, now)} (sent ${counters.sent}, acknowledged ${counters.acknowledged})`);
  }
  parts.push(`${rate.toFixed(1)} frames/s${maxHz === null ? '' : ` (at most ${maxHz} are asked for)`}`);
  parts.push(`queue ${queue.records} (${bytesInWords(queue.bytes)}, oldest ${(queue.oldestMs / 1000).toFixed(1)} s)`);
  if (captured.dropped > 0) parts.push(`dropped ${captured.dropped}`);
  if (captured.thinned > 0) parts.push(`left out ${captured.thinned}`);
  if (captured.discarded > 0) parts.push(`thrown away ${captured.discarded}`);
  if (queue.lost > queue.damaged) parts.push(`LOST ${queue.lost - queue.damaged}: the spool was full`);
  if (queue.damaged > 0) parts.push(`LOST ${queue.damaged}: files of the spool are damaged`);
  return parts.join(' · ');
}

export function bytesInWords(bytes: number): string {
  return bytes < 1_048_576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** How often a terminal's line is renewed, and how often a log gets one, in ms. */
const TERMINAL_MS = 1_000;
const LOG_MS = 10_000;

/** Writes the line again and again: over itself on a terminal, now and then elsewhere, and at each change of state. */
export class Reporter {
  readonly #output: Output;
  readonly #line: () => string;
  readonly #timer: NodeJS.Timeout;

  constructor(output: Output, line: () => string) {
    this.#output = output;
    this.#line = line;
    this.#timer = setInterval(() => this.#write(), output.isTTY ? TERMINAL_MS : LOG_MS);
    this.#timer.unref();
  }

  /** Says something that must not be overwritten. */
  say(text: string): void {
    const line = printable(text);
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
  }

  /** Writes a last line and stops. */
  close(): void {
    clearInterval(this.#timer);
    this.say(this.#line());
  }

  #write(): void {
    const line = printableLine(this.#line());
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }
}
