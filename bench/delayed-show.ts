import type { SourceRecord } from '@okboxbox/protocol';
import { type Delay, LineMaker, positionOf, ShowBroadcast } from '@okboxbox/server/audience';
import { MemoryChannel } from '@okboxbox/server/channel';
import { MemoryDirectory } from '@okboxbox/server/directory';
import { type Session, SessionState } from '@okboxbox/server/session';

/** How late a picture was, each of its messages against when it was due; below 0 it was early. */
export interface Lateness {
  readonly messages: number;
  readonly early: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export function latenessOf(lateMs: readonly number[]): Lateness {
  const sorted = [...lateMs].sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 100) / 100;
  return {
    messages: sorted.length,
    early: sorted.filter((ms) => ms < 0).length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: Math.round((sorted.at(-1) ?? 0) * 100) / 100,
  };
}

/** A session of 60 cars as the server has it, with what hears of its changes. */
export class BenchSession {
  readonly state: SessionState;
  readonly session: Session;
  readonly #listeners: (() => void)[] = [];
  #seq = 0;

  constructor(now: number) {
    const facts = { sessionId: 'sess_bench', show: 'bench', sim: 'bench', simSessionKey: '1:0', startedAt: now };
    this.state = new SessionState(facts);
    this.state.applyNote({ note: 'opened-stream', stream: 0, relayId: 'rig', run: '1', playback: false, at: now });
    // Of a session, audiences use no more than this.
    this.session = {
      id: facts.sessionId,
      state: this.state,
      onChange: (listener: () => void) => {
        this.#listeners.push(listener);
        return () => undefined;
      },
      onRefold: () => () => undefined,
      onProbe: () => () => undefined,
    } as unknown as Session;
  }

  receive(record: SourceRecord, now: number): void {
    this.#seq += 1;
    this.state.applyCaptured(0, this.#seq, Math.ceil(now), record);
    for (const listener of this.#listeners) listener();
  }
}

export interface ShowClock {
  readonly now: () => number;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
}

/** The public picture of a show: when each message leaves, compared with when the delay allowed it. */
export class DelayedShow {
  readonly lateMs: number[] = [];
  readonly bench: BenchSession;
  readonly broadcast: ShowBroadcast;
  readonly #clock: ShowClock;
  /** What was set, and when: by it, and not by the server's own reckoning, a message is due. */
  readonly #set: { readonly at: number; readonly delay: Delay }[];

  constructor(delay: Delay, clock: ShowClock) {
    this.#clock = clock;
    this.#set = [{ at: clock.now(), delay }];
    this.bench = new BenchSession(Math.ceil(clock.now()));
    const channel = new MemoryChannel({ randomId: () => 'epoch' });
    channel.subscribe({
      watchers: (_room, format) => (format === 'rows' ? 1 : 0),
      publish: (_room, format, event, json) => {
        if (format === 'rows' && event === 'feed') this.#left(Number(/"at":([\d.]+)/.exec(json)?.[1]));
      },
      publishNothing: () => undefined,
    });
    this.broadcast = new ShowBroadcast(this.#settings(delay), {
      channel,
      directory: new MemoryDirectory(() => clock.now()),
      clock,
      setTimeout: clock.setTimeout,
    });
    const { session, state } = this.bench;
    this.broadcast.add(session.id).begin(new LineMaker(state), session);
  }

  #settings(delay: Delay): Parameters<ShowBroadcast['set']>[0] {
    const follows = [{ sessionId: this.bench.session.id, from: 0, until: null, by: 'main-feed' as const }];
    const { playhead: publicPlayhead } = delay;
    const stored = {
      publicExtraMs: 0,
      publicPlayhead,
      publicFrom: null,
      airedAt: null,
      publicAiredAt: null,
      scenes: [],
      auto: { isRunning: false, heldBy: null, rules: {}, last: null },
      links: [],
      look: null,
      finishing: null,
      following: { mainFeed: null, follows },
    };
    return { show: 'bench', ...delay, published: true, ...stored };
  }

  set(delay: Delay): void {
    this.#set.push({ at: this.#clock.now(), delay });
    this.broadcast.set(this.#settings(delay));
  }

  #left(instant: number): void {
    const now = this.#clock.now();
    this.lateMs.push(now - this.#dueAt(instant, now));
  }

  /** The first moment at which what was set let an instant out. */
  #dueAt(instant: number, now: number): number {
    for (const [i, { at, delay }] of this.#set.entries()) {
      const end = Math.min(now, this.#set[i + 1]?.at ?? now);
      if (positionOf(delay, end) < instant) continue;
      // Positions go forward: halve until it is found.
      let [before, after] = [at, end];
      while (after - before > 0.001) {
        const middle = (before + after) / 2;
        if (positionOf(delay, middle) >= instant) after = middle;
        else before = middle;
      }
      return Math.max(after, instant);
    }
    return Number.POSITIVE_INFINITY;
  }
}
