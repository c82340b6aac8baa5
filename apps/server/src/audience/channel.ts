import type { Session } from '../session/session.js';
import { BroadcastAudience, type BroadcastAudienceWorld } from './broadcast-audience.js';
import type { LineMaker } from './line-maker.js';

export interface ChannelWorld extends BroadcastAudienceWorld {
  readonly now: () => number;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
}

/** One session on its way to the public: its line, once it is made, and who reads it. */
export class Channel {
  readonly sessionId: string;
  readonly #world: ChannelWorld;
  readonly #onLine: () => void;
  readonly #audiences = new Map<number, BroadcastAudience>();
  #maker: LineMaker | null = null;
  #extras: readonly number[] = [0];
  #unlisten: () => void = () => undefined;
  #timer: NodeJS.Timeout | null = null;
  #hasFailed = false;

  /** `onLine` hears of everything that comes into the line. */
  constructor(sessionId: string, onLine: () => void, world: ChannelWorld) {
    this.sessionId = sessionId;
    this.#onLine = onLine;
    this.#world = world;
  }

  /** Whether its line is not made yet: until then nothing of it airs. */
  get isPreparing(): boolean {
    return this.#maker === null;
  }

  /** Whether its line is still to come: where it could not be made, nobody waits for it. */
  get isAwaited(): boolean {
    return this.#maker === null && !this.#hasFailed;
  }

  /** Whether the session has ended, whether that has aired or not. */
  get hasEnded(): boolean {
    return this.#maker?.line.hasEnded ?? false;
  }

  /** Instant of its newest state. */
  get newestAt(): number {
    return this.#maker?.line.newestAt ?? Number.POSITIVE_INFINITY;
  }

  get audiences(): Iterable<BroadcastAudience> {
    return this.#audiences.values();
  }

  get extras(): readonly number[] {
    return this.#extras;
  }

  /** The audience with an extra delay; `undefined` where there is none, or the line is not made yet. */
  audience(extraMs: number): BroadcastAudience | undefined {
    return this.#audiences.get(extraMs);
  }

  /** When an instant of the sim's session clock was, on the server's clock. */
  instantOf(sessionTimeMs: number): number | null {
    return this.#maker?.instantOf(sessionTimeMs) ?? null;
  }

  /** Goes on with a line as far as it is made; where the session runs, with what comes. */
  begin(maker: LineMaker, session: Session | null): void {
    this.#maker = maker;
    this.serve(this.#extras);
    if (session !== null) this.goOn(session);
    this.#onLine();
  }

  /** Goes on with what comes of a session, where its line is made. */
  goOn(session: Session): void {
    const maker = this.#maker;
    if (maker === null) return;
    this.#unlisten();
    const unlisten = [
      session.onChange(() => this.#observe(maker, session)),
      session.onProbe((probeId, at) => {
        maker.line.probe(probeId, at);
        this.#onLine();
      }),
    ];
    this.#unlisten = () => {
      for (const each of unlisten) each();
    };
  }

  /** Its line cannot be made: nothing of it airs. */
  fail(): void {
    this.#hasFailed = true;
    this.#onLine();
  }

  /** Serves these extra delays, and no others. */
  serve(extras: readonly number[]): void {
    this.#extras = extras;
    if (this.#maker === null) return;
    for (const extraMs of this.#audiences.keys()) if (!extras.includes(extraMs)) this.#audiences.delete(extraMs);
    for (const extraMs of extras) {
      if (this.#audiences.has(extraMs)) continue;
      const place = { sessionId: this.sessionId, extraMs };
      this.#audiences.set(extraMs, new BroadcastAudience(place, this.#maker.line, this.#world));
    }
  }

  /** Puts slots that a session's state has already into the picture of an instant that is on air. */
  cueAt(session: Session, set: Parameters<LineMaker['cueAt']>[1], at: number): void {
    this.#maker?.cueAt(session.state, set, at);
    this.#onLine();
  }

  /** Hears of nothing more. What is in the line still airs. */
  detach(): void {
    this.#unlisten();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #observe(maker: LineMaker, session: Session): void {
    maker.observe(session.state, this.#world.now());
    const { flushAt } = maker;
    if (flushAt === null) {
      this.#onLine();
    } else if (this.#timer === null) {
      this.#timer = this.#world.setTimeout(
        () => {
          this.#timer = null;
          maker.flush(session.state, this.#world.now());
          this.#onLine();
        },
        Math.max(0, flushAt - this.#world.now()),
      );
    }
  }
}
