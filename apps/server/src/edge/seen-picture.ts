import type { ExtraDelay, Picture } from '@okboxbox/protocol';
import { pictureFor, type Visitor } from '../access/visitor.js';
import { airedSession, type ShowRecord } from '../directory/show-record.js';

/** What a visitor sees of a show: an output, and the session that is on air there; `null` where nothing is. */
export interface SeenPicture {
  readonly extra: ExtraDelay;
  readonly sessionId: string | null;
}

/** What of a show is asked for, beside the show itself. */
export interface Wanted {
  readonly sessionId?: string | undefined;
  /** The public picture is for everybody; without it, what the visitor's right gives. */
  readonly picture?: Picture | undefined;
  /** An extra delay of the graphics, in ms. */
  readonly extraMs?: number | undefined;
}

/** The picture of a show that a visitor gets, and the session that is on air in it or that is asked for. */
export function seenPicture(visitor: Visitor, record: ShowRecord, wanted: Wanted, now: number): SeenPicture {
  const { sessionId, picture, extraMs = 0 } = wanted;
  const ofGraphics = sessionId ?? airedSession(record, extraMs, now) ?? airedSession(record, 0, now);
  const mayGraphics = pictureFor(visitor, { sessionId: ofGraphics ?? '', show: record.show }) === 'graphics';
  if (mayGraphics && picture !== 'public') return { extra: extraMs, sessionId: ofGraphics };
  return { extra: 'public', sessionId: sessionId ?? airedSession(record, 'public', now) };
}
