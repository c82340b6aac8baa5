import { diskReason } from '../../data-files.js';
import { OwnerRefusal } from '../../directory/owner-refusal.js';

/** A session cannot begin since the disk does not take its folder; its relay tries again. */
export class NotStoredError extends OwnerRefusal {
  override readonly name = 'NotStoredError';

  constructor(error: NodeJS.ErrnoException) {
    super(
      'not_available',
      `The server's disk does not store a new session: ${diskReason(error)}. The relay keeps its records and tries again.`,
    );
  }
}

/** An error of the file system as a refusal; any other as it is. */
export function asNotStored(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof Error && code !== undefined && !(error instanceof OwnerRefusal)
    ? new NotStoredError(error)
    : error;
}
