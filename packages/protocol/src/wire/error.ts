import type { z } from 'zod';

/** Longest message of a `WireError`. */
const MAX_MESSAGE_LENGTH = 300;

/**
 * A batch or record that does not follow the layout, or carries a value out of range. What is wrong with bytes that were
 * read is said without words that stand in them: a server keeps the message as an event.
 */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(message: string) {
    super(message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message);
  }

  /** The first thing that a schema found wrong with `what`. */
  static ofSchema(what: string, error: z.ZodError): WireError {
    const issue = error.issues[0];
    const path = issue?.path.map((part, at, parts) => (parts[at - 1] === 'cars' ? carIndex(part) : String(part)));
    const why = issue?.code === 'unrecognized_keys' ? 'a field that is not known' : (issue?.message ?? 'invalid');
    return new WireError(`${what}: ${path?.length ? `${path.join('.')}: ` : ''}${why}`);
  }
}

/** A car's index as it may be told: where fields stand by car, it is whatever the writer called it. */
export function carIndex(index: PropertyKey): string {
  return /^\d{1,5}$/.test(String(index)) ? String(index) : 'of another name';
}
