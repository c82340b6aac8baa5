import { z } from 'zod';
import { type Declared, field } from './fields.js';

/** Declares `SessionLoss`. */
export const sessionLoss = z.object({
  /** When it was found. */
  since: field.instant,
  /** Damaged bytes of its timeline, in this number of places. */
  bytes: field.number,
  places: field.number,
  /** Records by their numbers; `null` where none that follow say how many are missing. */
  records: field.number.nullable(),
  /** What was received between these instants is missing; `null` where nothing follows, or nothing precedes. */
  from: field.instant.nullable(),
  to: field.instant.nullable(),
  /** The first place: the file, and what is wrong with it. */
  file: field.words,
  because: field.text,
  /** That an operator has accepted it. */
  isAccepted: field.flag,
});
/** What was lost of a session's timeline. */
export type SessionLoss = Declared<typeof sessionLoss>;

/** Declares `UnreadableSession`. */
export const unreadableSession = z.object({
  sessionId: field.sessionId,
  since: field.instant,
  /** The file or folder, from the folder of its session on; empty where it is that folder itself. */
  file: field.words,
  /** The file system's code, such as `EACCES`; `null` where its content is damaged. */
  code: field.code.nullable(),
  because: field.text,
});
/** A session that cannot be read, and is not served. */
export type UnreadableSession = Declared<typeof unreadableSession>;
