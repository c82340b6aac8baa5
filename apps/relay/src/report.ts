import type { AgentCounters } from './agent.js';
import type { SpoolFill } from './spool.js';
import type { TargetCounters, TargetState } from './target.js';

/** Where a relay writes what it is doing: standard error, in the end. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** All that a relay says of itself. */
export interface Situation {
  readonly source: string;
  readonly target: TargetState;
  readonly sent: TargetCounters;
  readonly captured: AgentCounters;
  readonly queue: SpoolFill;
  /** Frames a second since the last report. */
  readonly rate: number;
  readonly now: number;
}

/** One line on what the relay is doing. */
export function reportLine({ source, target, sent, captured, queue, rate, now }: Situation): string {
  const parts = [
    source,
    stateInWords(target, now),
    `${rate.toFixed(1)} frames/s`,
    `sent ${sent.sent}`,
    `acknowledged ${sent.acknowledged}`,
    `queue ${queue.records} (${bytesInWords(queue.bytes)}, oldest ${(queue.oldestMs / 1000).toFixed(1)} s)`,
  ];
  if (captured.dropped > 0) parts.push(`dropped ${captured.dropped}`);
  return parts.join(' · ');
}

/** A target's state for a person. */
export function stateInWords(target: TargetState, now: number): string {
  switch (target.state) {
    case 'idle':
      return 'not connected yet';
    case 'connecting':
      return target.attempt === 1 ? 'connecting' : `connecting (try ${target.attempt})`;
    case 'greeting':
      return 'greeting the server';
    case 'streaming':
      return `feeds ${target.sessionId}`;
    case 'waiting':
      return `tries again in ${Math.max(0, (target.until - now) / 1000).toFixed(1)} s: ${target.because}`;
    case 'closed':
      return `closed: ${target.because}`;
    default:
      return target satisfies never;
  }
}

function bytesInWords(bytes: number): string {
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
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  }

  /** Writes a last line and stops. */
  close(): void {
    clearInterval(this.#timer);
    this.say(this.#line());
  }

  #write(): void {
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${this.#line()}` : `${this.#line()}\n`);
  }
}
