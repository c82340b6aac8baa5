import type { z } from 'zod';

/** Longest message of a `WireError`: its words may come from the one who wrote the bytes. */
const MAX_MESSAGE_LENGTH = 300;

/** A batch or record that does not follow the layout, or carries a value out of range. */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(message: string) {
    super(message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message);
  }

  /** The first thing that a schema found wrong with `what`. */
  static ofSchema(what: string, error: z.ZodError): WireError {
    const issue = error.issues[0];
    const path = issue?.path.map(String).join('.');
    return new WireError(`${what}: ${path ? `${path}: ` : ''}${issue?.message ?? 'invalid'}`);
  }
}
