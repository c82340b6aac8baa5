import { type DelayState, type ExtraDelay, type MeasuredDelay, PICTURES, pictureOf } from '@okboxbox/protocol';
import type { Output, OwnerChannel } from '../../channel/channel.js';
import { delayState, publicDelayState, type ShowRecord } from '../../directory/show-record.js';
import { type BroadcastSession, USUAL_OUTPUTS } from './broadcast-session.js';

/** A show, as far as its rooms are told of it. */
export interface ToldShow {
  readonly show: string;
  readonly published: boolean;
  readonly record: ShowRecord;
  readonly sessions: readonly BroadcastSession[];
  mayShow(sessionId: string, extra: ExtraDelay): boolean;
  airedSession(extra?: ExtraDelay): string | null;
  measured(sessionId: string): MeasuredDelay;
}

/**
 * Tells the rooms of a show's sessions the delay's state, each only where it changed for that room: delayed viewers are not
 * even sent the same again when something happens that has not aired yet. A room hears only of its own picture.
 */
export class DelayTelling {
  readonly #channel: Pick<OwnerChannel, 'tell'>;
  readonly #of: ToldShow;
  /** What was told last, by whom it was told. */
  readonly #told = new Map<string, string>();

  constructor(of: ToldShow, channel: Pick<OwnerChannel, 'tell'>) {
    this.#of = of;
    this.#channel = channel;
  }

  /** Tells what is different; `now` in ms on the show's clock. */
  tell(now: number): void {
    const { show, record, sessions, published } = this.#of;
    const states = sessions.map(({ sessionId }) =>
      PICTURES.map((picture) => delayState(record, sessionId, picture, now)),
    );
    for (const [i, { sessionId, extras }] of sessions.entries()) {
      for (const picture of PICTURES) {
        const shown = publicDelayState(record, sessionId, picture, now);
        if (!this.#isNews(`${picture} ${sessionId}`, JSON.stringify(shown))) continue;
        const ofPicture = extras.filter((extra) => pictureOf(extra) === picture);
        this.#tellDelay(
          ofPicture.map((extra) => this.#output(sessionId, 'broadcast', extra)),
          shown,
        );
      }
      if (this.#isNews(`live ${sessionId}`, JSON.stringify([states[i], published])))
        this.#tellDelay([this.#output(sessionId, 'live', 0)], this.#of.measured(sessionId));
    }
    const open = sessions.map(({ sessionId, extras }) => extras.map((extra) => this.#of.mayShow(sessionId, extra)));
    const aired = USUAL_OUTPUTS.map((extra) => this.#of.airedSession(extra));
    const told = JSON.stringify([states, published, aired, open]);
    if (this.#isNews('show', told)) this.#channel.tell(show, { event: 'changed' });
  }

  /** Drops what is kept of a session that is closed. */
  forget(sessionId: string): void {
    for (const room of [...PICTURES, 'live']) this.#told.delete(`${room} ${sessionId}`);
  }

  #isNews(what: string, told: string): boolean {
    if (this.#told.get(what) === told) return false;
    this.#told.set(what, told);
    return true;
  }

  #tellDelay(outputs: readonly Output[], state: DelayState | MeasuredDelay): void {
    this.#channel.tell(this.#of.show, { event: 'delay', outputs, state });
  }

  #output(sessionId: string, audience: Output['audience'], extra: ExtraDelay): Output {
    return { show: this.#of.show, sessionId, audience, extra };
  }
}
