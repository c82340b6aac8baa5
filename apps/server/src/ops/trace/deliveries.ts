import {
  type Delivery,
  type DeliveryVerdict,
  type FrameDeliveries,
  liveRoom,
  MAX_BEHIND_MS,
  MAX_DELAY_MS,
} from '@okboxbox/protocol';
import { dueFor } from '../../directory/show-record.js';
import { type FrameLedger, type Outcome, outcomesOf, type TracedFrame, type TracedTick } from './frame-ledger.js';
import { GONE_MS, type Recipient, type Recipients } from './recipients.js';

/** Most recipients of one frame that are told of one by one. */
const MOST_TOLD = 200;
/** A message that is not written to all by then has lost somebody on the way, in ms. */
const WRITING_MS = 1_000;
/** Those that something is wrong with come first. */
const ORDER: readonly DeliveryVerdict[] = ['skipped_slow', 'gone', 'no_right', 'not_joined', 'held', 'sent'];

/** What became of a frame for everybody who might have got it, as it stands at the moment of `recipients`. */
export function deliveriesOf(
  frame: TracedFrame,
  ledger: FrameLedger,
  recipients: Recipients,
  sessionId: string,
): FrameDeliveries {
  const found = new FrameView(frame, ledger, recipients, sessionId).deliveries();
  const counts = { sent: 0, skipped_slow: 0, held: 0, not_joined: 0, no_right: 0, gone: 0 };
  for (const { verdict } of found) counts[verdict] += 1;
  const told = ORDER.flatMap((verdict) =>
    counts[verdict] === 0 ? [] : found.filter((each) => each.verdict === verdict).slice(0, MOST_TOLD),
  ).slice(0, MOST_TOLD);
  const { seq, relayId, receivedAt } = frame;
  return {
    seq,
    relayId,
    receivedAt: tenth(receivedAt),
    counts,
    recipients: told.map(({ tell }) => tell()),
    leftOut: found.length - told.length,
  };
}

/** A verdict, and the way to put it into words: of thousands only a few are told of one by one. */
interface Verdict {
  readonly verdict: DeliveryVerdict;
  readonly tell: () => Delivery;
}
type Who = Pick<Delivery, 'socketId' | 'role' | 'room'>;

/**
 * The frames that are told of where nobody asked for another: the newest of which it is known for everybody, and the
 * newest of those that has aired for somebody.
 */
export function newestKnown(ledger: FrameLedger, sessionId: string, now: number): TracedFrame[] {
  const known = ledger.ticks.filter((tick) => tick.to > tick.from && isWritten(tick, now));
  const live = known.findLast(({ room }) => room === liveRoom(sessionId));
  if (live === undefined) return [];
  const aired = known.findLast(({ isLive, members, to }) => !isLive && members > 0 && to <= live.to);
  const frames = [live, ...(aired === undefined ? [] : [aired])].flatMap(({ to }) => ledger.frame(to - 1) ?? []);
  return [...new Set(frames)];
}

function isWritten(tick: TracedTick, now: number): boolean {
  return tick.socketIds.length >= tick.members || now - tick.at > WRITING_MS;
}

/** One frame, room by room. */
class FrameView {
  readonly #frame: TracedFrame;
  readonly #recipients: Recipients;
  readonly #live: string;
  readonly #rooms = new Map<
    string,
    { readonly tick: TracedTick | undefined; readonly outcomes: Map<string, Outcome> }
  >();

  constructor(frame: TracedFrame, ledger: FrameLedger, recipients: Recipients, sessionId: string) {
    this.#frame = frame;
    this.#recipients = recipients;
    this.#live = liveRoom(sessionId);
    for (const room of [this.#live, ...recipients.delayed.map((each) => each.room)]) {
      const tick = ledger.tickOf(room, frame.n);
      const outcomes = new Map((tick ? outcomesOf(tick) : []).map((outcome) => [outcome.socketId, outcome]));
      this.#rooms.set(room, { tick, outcomes });
    }
  }

  deliveries(): Verdict[] {
    const found: Verdict[] = [];
    const roles = new Map<string, string>();
    for (const recipient of this.#recipients.sockets) {
      roles.set(recipient.socketId, recipient.role);
      this.#judge(recipient, found);
    }
    // Sockets that got it and have left the room since, or are not remembered any more.
    for (const [room, { outcomes }] of this.#rooms) {
      for (const outcome of outcomes.values()) {
        const { socketId } = outcome;
        const who = { socketId, role: roles.get(socketId) ?? 'unknown', room };
        found.push(this.#outcome(who, outcome, ' It has left the room since.'));
      }
    }
    return found;
  }

  #judge(recipient: Recipient, found: Verdict[]): void {
    const { socketId, role, rooms, closed, connectedAt } = recipient;
    if (rooms.length === 0) {
      const outside = this.#outside(recipient);
      if (outside !== null) found.push(outside);
      return;
    }
    for (const room of rooms) {
      const who = { socketId, role, room };
      const outcomes = this.#rooms.get(room)?.outcomes;
      const outcome = outcomes?.get(socketId);
      const since = closed === null ? '' : ` The connection is gone since: ${closed.code}.`;
      let verdict: Verdict | null;
      if (outcome !== undefined) verdict = this.#outcome(who, outcome, since);
      else verdict = closed === null ? this.#pending(who, connectedAt) : this.#gone(who, closed);
      outcomes?.delete(socketId);
      if (verdict !== null) found.push(verdict);
    }
  }

  #outcome(who: Who, { at, isSkipped }: Outcome, more: string): Verdict {
    const verdict = isSkipped ? 'skipped_slow' : 'sent';
    return {
      verdict,
      tell: () => {
        const afterMs = this.#after(at);
        const text = isSkipped
          ? `Too many messages wait for it: skipped ${afterMs} ms after the frame came. The client asks for the missed rows itself.`
          : `Written to its connection ${afterMs} ms after the frame came.`;
        return { ...who, verdict, at: tenth(at), afterMs, text: text + more };
      },
    };
  }

  #gone(who: Who, { at, code }: { readonly at: number; readonly code: string }): Verdict | null {
    if (at < this.#frame.receivedAt - GONE_MS) return null;
    return this.#said(who, 'gone', `Its connection was gone before: ${code}.`, at);
  }

  /** It is in the room, and nothing is known of a message to it. */
  #pending(who: Who, connectedAt: number): Verdict | null {
    const { room } = who;
    const tick = this.#rooms.get(room ?? '')?.tick;
    const { at: now } = this.#recipients;
    if (tick !== undefined) {
      if (!isWritten(tick, now)) return this.#said(who, 'held', 'Its message is being written now.');
      // It was not there.
      if (connectedAt > tick.at) return null;
      return this.#said(who, 'sent', 'It joined after the message: its first state contains the frame.');
    }
    const due = this.#due(room);
    if (due === null) return this.#said(who, 'held', 'The next message of the room contains it.');
    if (due <= now) {
      return this.#said(who, 'sent', 'Nothing in the frame was new for this room.');
    }
    const text = `Held by the broadcast delay until then, ${this.#after(due)} ms after the frame came.`;
    return this.#said(who, 'held', text, due);
  }

  #said(who: Who, verdict: DeliveryVerdict, text: string, at: number | null = null): Verdict {
    const when = at === null ? { at: null, afterMs: null } : { at: tenth(at), afterMs: this.#after(at) };
    return { verdict, tell: () => ({ ...who, verdict, ...when, text }) };
  }

  #after(at: number): number {
    return tenth(at - this.#frame.receivedAt);
  }

  /** When the frame airs in a room of the broadcast; `null` for the live one, or where nobody can know. */
  #due(room: string | null): number | null {
    const { delayed, pictures, at: now } = this.#recipients;
    const place = delayed.find((each) => each.room === room);
    if (place === undefined) return null;
    const { happenedAt } = this.#frame;
    const { extra } = place;
    const own = dueFor(pictures, 0, happenedAt, now);
    const further = dueFor(pictures, extra, happenedAt, now);
    if (own === null || further === null) return null;
    // An output is never further behind than its picture may be.
    return Math.max(own, Math.min(further, happenedAt + (extra === 'public' ? MAX_BEHIND_MS : MAX_DELAY_MS)));
  }

  #outside({ socketId, role, elsewhere, may, refused, closed, connectedAt }: Recipient): Verdict | null {
    const { receivedAt } = this.#frame;
    if (connectedAt > receivedAt || (closed !== null && closed.at < receivedAt - GONE_MS)) return null;
    const who = { socketId, role, room: null };
    if (refused !== null) {
      const missing = refused.capability === null ? 'has no right to it' : `lacks ${refused.capability}`;
      const left = may === 'none' ? '' : ` It may see the ${may === 'live' ? 'live' : 'public'} picture.`;
      const gone = closed === null ? '' : ` It is gone since: ${closed.code}.`;
      const text = `It asked to join and was refused: it ${missing}.${left}${gone}`;
      return this.#said(who, 'no_right', text, refused.at);
    }
    if (may === 'none') {
      const text =
        'It may see neither the live picture (session:live) nor the public one (broadcast:view, or a published show).';
      return this.#said(who, 'no_right', text);
    }
    const right = may === 'live' ? 'It may see the session live' : 'It may see the public picture';
    const instead = elsewhere === null ? 'has joined no session' : `watches ${elsewhere} of the same show instead`;
    return this.#said(who, 'not_joined', `${right}, and ${instead}.`);
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
