import { z } from 'zod';
import { type Declared, field } from './fields.js';

const refused = z.object({
  since: field.instant,
  /** When it took all again, where that was a moment ago; `null` while it lasts. */
  until: field.instant.nullable(),
  /** There is no room, or it refuses for another reason. */
  kind: field.word('full', 'refuses'),
  /** The file system's code, such as `ENOSPC`, and what it means. */
  code: field.code.nullable(),
  because: field.text,
  /** Whether the server's own test file is refused too: then it is the disk, and not one session's file. */
  isWhole: field.flag,
  /** Sessions whose records wait, and how much of them waits in memory. */
  sessions: z.array(field.sessionId),
  waitingRecords: field.number,
  waitingBytes: field.number,
});

/** Declares `OpsDisk`. */
export const opsDisk = z.object({
  /** What this user may still write, and the size of the file system; `null` where it does not say. */
  freeBytes: field.number.nullable(),
  totalBytes: field.number.nullable(),
  /** What it does not store, or did not until a moment ago; `null` where it stores all. */
  refused: refused.nullable(),
});
/** The file system of `DATA_DIR`. */
export type OpsDisk = Declared<typeof opsDisk>;
/** What the disk does not store. */
export type DiskRefusal = NonNullable<OpsDisk['refused']>;
