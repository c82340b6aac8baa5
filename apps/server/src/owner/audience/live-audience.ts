import { changeBetween, withAppended } from '@okboxbox/protocol';
import type { OutputWriter, OwnerChannel } from '../../channel/channel.js';
import { newEpoch, type RowsOf, TopicEpochs, TopicLogs } from '../../channel/topic-logs.js';
import type { Taps } from '../../taps.js';
import type { Session } from '../session/session.js';
import { feedStateOf, holdDrift } from './feed-view.js';
import type { ShowClock } from './show-clock.js';
import { TickPace } from './tick-pace.js';

export interface LiveAudienceDeps {
  readonly channel: OwnerChannel;
  readonly clock: ShowClock;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
  readonly taps?: Taps;
}

/** The audience that sees everything at once. */
export class LiveAudience {
  readonly #session: Session;
  readonly #deps: LiveAudienceDeps;
  readonly #output: OutputWriter;
  readonly #unlisten: () => void;
  readonly #pace = new TickPace();
  readonly #logs = new TopicEpochs();
  /** The newest epoch of the logs. */
  #epoch = '';
  #timer: NodeJS.Timeout | null = null;
  /** Whether anything has changed since the last tick, and which probes have come. */
  #isBehind = false;
  #probes: string[] = [];

  constructor(session: Session, deps: LiveAudienceDeps) {
    this.#session = session;
    this.#deps = deps;
    const output = { show: session.state.facts.show, sessionId: session.id, audience: 'live', extra: 0 } as const;
    this.#beginLogs();
    const state = feedStateOf(session.state, null, this.#epoch);
    this.#output = deps.channel.open(output, { state, at: session.state.receivedAt, logs: this.#logs });
    this.#sendOwnCars();
    const unlisten = [
      session.onChange(() => {
        this.#isBehind = true;
        this.#touch();
      }),
      session.onProbe((probeId) => {
        this.#probes.push(probeId);
        this.#touch();
      }),
      // What was shown may have been otherwise: viewers start again from the whole state.
      session.onRefold(() => {
        this.#beginLogs();
        this.#output.beginEpoch();
      }),
    ];
    this.#unlisten = () => {
      for (const each of unlisten) each();
    };
  }

  /** The logs are those of the session's state from now on. */
  #beginLogs(): void {
    const { logs } = this.#session.state;
    this.#epoch = newEpoch();
    this.#logs.begin(new TopicLogs(this.#session.id, this.#epoch, (...rows) => logs.rows(...rows)));
  }

  /** Sends what is still to be sent, and closes the output. */
  close(): void {
    this.#unlisten();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#tick(true);
    this.#output.close();
  }

  /** Something changed: send now, or when the tick is due. Even now is later: what comes in this turn is one message. */
  #touch(): void {
    if (this.#timer) return;
    this.#timer = this.#deps.setTimeout(() => this.#tick(false), this.#pace.waitMs(this.#deps.clock.now()));
  }

  #tick(last: boolean): void {
    this.#timer = null;
    this.#pace.ticked(this.#deps.clock.now());
    // For a probe alone nothing is made: it must not renew a figure that would have waited.
    if (this.#isBehind || last) this.#show(last);
    this.#isBehind = false;
    for (const probeId of this.#probes.splice(0)) {
      this.#deps.taps?.probe.emit?.(probeId, this.#session.id, 'tick', this.#output.room);
      this.#output.probe();
    }
  }

  #show(last: boolean): void {
    const { state: shown, seq } = this.#output;
    const fresh = feedStateOf(this.#session.state, shown, this.#epoch);
    const change = changeBetween(shown, last ? fresh : holdDrift(shown, fresh, seq));
    const at = this.#session.state.receivedAt;
    this.#sendOwnCars();
    if (change === null) {
      this.#output.reach(at);
      this.#deps.taps?.unchanged.emit?.(this.#session.id);
      return;
    }
    const rowsOf: RowsOf = (...rows) => this.#logs.rows(this.#epoch, ...rows);
    this.#output.send(withAppended(change, shown.topics, rowsOf), at);
    this.#logs.forgetBefore(this.#epoch);
  }

  /** The newest own-car data of each entry that a relay sends some of. */
  #sendOwnCars(): void {
    const newest = this.#session.state.own.newest().map(({ carNumber, data: { car: _, ...figures }, at }) => {
      return { sessionId: this.#session.id, carNumber, at, own: figures };
    });
    this.#output.ownCars(newest);
  }
}
