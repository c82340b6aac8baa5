import { SourceError, SpecError } from '@okboxbox/sims';

/** The command was called in a way that it cannot be: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command was called rightly and could not do it: exit code 1. The message says what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** What a command ends with where its source could not be opened or read on; any other error is given back as it is. */
export function endOfSource(error: unknown): unknown {
  if (error instanceof SpecError) return new UsageError(error.message);
  return error instanceof SourceError ? new CommandFailed(error.message) : error;
}
