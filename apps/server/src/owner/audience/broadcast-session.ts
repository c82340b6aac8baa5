import { type ExtraDelay, type OnAir, type Picture, pictureOf } from '@okboxbox/protocol';
import type { OwnerDirectory } from '../../directory/directory.js';
import type { Session } from '../session/session.js';
import { BroadcastAudience, type BroadcastAudienceDeps } from './broadcast-audience.js';
import type { LineMaker } from './line-maker.js';
import type { ShowClock } from './show-clock.js';

export interface BroadcastSessionDeps extends BroadcastAudienceDeps {
  readonly directory: Pick<OwnerDirectory, 'putShow'>;
  readonly clock: ShowClock;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
}

/** Pictures of a line that is made again may be this much older than when they aired, in ms: those of one instant are one. */
const SAME_MS = 1_000;

/** Every session has these outputs: the graphics picture without an extra delay, and the public picture. */
export const USUAL_OUTPUTS: readonly ExtraDelay[] = [0, 'public'];

/** Instants of the newest pictures of a session that aired before a restart; `null` where none did, or nobody knows. */
export type AiredBefore = Readonly<Record<Picture, number | null>>;
const NOTHING_AIRED: AiredBefore = { graphics: null, public: null };

/** One session on its way to the public: its delay line, once that is made, and the audiences that read it. */
export class BroadcastSession {
  readonly show: string;
  readonly sessionId: string;
  readonly #deps: BroadcastSessionDeps;
  readonly #onLine: () => void;
  readonly #audiences = new Map<ExtraDelay, BroadcastAudience>();
  #maker: LineMaker | null = null;
  /** The session whose records come into the line; `null` where none do. */
  #feeding: Session | null = null;
  #extras: readonly ExtraDelay[] = USUAL_OUTPUTS;
  #unlisten: () => void = () => undefined;
  #timer: NodeJS.Timeout | null = null;
  #hasFailed = false;
  #airedBefore = NOTHING_AIRED;

  /** `onLine` is called for everything that comes into the line. */
  constructor(
    place: { readonly show: string; readonly sessionId: string },
    onLine: () => void,
    deps: BroadcastSessionDeps,
  ) {
    this.show = place.show;
    this.sessionId = place.sessionId;
    this.#onLine = onLine;
    this.#deps = deps;
  }

  /** Whether its line is not made yet: until then nothing of it airs. */
  get isPreparing(): boolean {
    return this.#maker === null;
  }

  /** Whether its line is still to come: where it could not be made, nobody waits for it. */
  get isAwaited(): boolean {
    return this.#maker === null && !this.#hasFailed;
  }

  /** Whether an output had aired before a restart, and what is as new as that is still to come. */
  awaits(extra: ExtraDelay): boolean {
    const usual = extra === 'public' ? extra : 0;
    return this.#airedBefore[pictureOf(extra)] !== null && this.#audiences.get(usual)?.aired === null;
  }

  /** Whether the session has ended, whether that has aired or not. */
  get hasEnded(): boolean {
    return this.#maker?.line.hasEnded ?? false;
  }

  /** What has been cued, whether it has aired or not; `null` where its line is not made yet. */
  get cued(): OnAir | null {
    return this.#maker?.line.newest.onAir ?? null;
  }

  /** Instant of its newest state. */
  get newestAt(): number {
    return this.#maker?.line.newestAt ?? Number.POSITIVE_INFINITY;
  }

  get audiences(): Iterable<BroadcastAudience> {
    return this.#audiences.values();
  }

  get extras(): readonly ExtraDelay[] {
    return this.#extras;
  }

  /** The audience with an extra delay; `undefined` where there is none, or the line is not made yet. */
  audience(extra: ExtraDelay): BroadcastAudience | undefined {
    return this.#audiences.get(extra);
  }

  /** When an instant of the sim's session clock was, on the server's clock. */
  instantOf(sessionTimeMs: number): number | null {
    return this.#maker?.instantOf(sessionTimeMs) ?? null;
  }

  /**
   * Goes on with a line as far as it is made; where the session runs, with what comes. `airedBefore` is what had
   * aired of it before a restart.
   */
  begin(maker: LineMaker, session: Session | null, airedBefore: AiredBefore = NOTHING_AIRED): void {
    this.#maker = maker;
    this.#airedBefore = airedBefore;
    this.serve(this.#extras);
    if (session !== null) this.goOn(session);
    this.#onLine();
  }

  /** Goes on with what comes of a session, where its line is made. */
  goOn(session: Session): void {
    const maker = this.#maker;
    if (maker === null) return;
    this.#unlisten();
    this.#feeding = session;
    const unlisten = [
      session.beforeChange((at) => {
        if (maker.flushBefore(session.state, at, this.#deps.clock.now())) this.#onLine();
      }),
      session.onChange(() => this.#observe(maker, session)),
      session.onRefold(() => maker.beginEpoch(session.state)),
      session.onProbe((probeId, at) => {
        maker.line.probe(probeId, at);
        this.#onLine();
      }),
    ];
    this.#unlisten = () => {
      for (const each of unlisten) each();
    };
  }

  /** Goes on with a session that was folded again, as one that is reopened. */
  goOnAnew(session: Session): void {
    this.#maker?.beginEpoch(session.state);
    this.goOn(session);
  }

  /** Its line cannot be made: nothing of it airs. */
  fail(): void {
    this.#hasFailed = true;
    this.#onLine();
  }

  /** Serves these extra delays, and no others. */
  serve(extras: readonly ExtraDelay[]): void {
    this.#extras = extras;
    if (this.#maker === null) return;
    for (const [extra, audience] of this.#audiences) {
      if (extras.includes(extra)) continue;
      audience.close();
      this.#audiences.delete(extra);
    }
    for (const extra of extras) {
      if (this.#audiences.has(extra)) continue;
      const output = { show: this.show, sessionId: this.sessionId, audience: 'broadcast', extra } as const;
      this.#audiences.set(extra, new BroadcastAudience(output, this.#maker.line, this.#deps, this.#floorOf(extra)));
    }
  }

  /** The oldest instant that an output may begin with: graphics with an extra delay were that much further back. */
  #floorOf(extra: ExtraDelay): number {
    const airedBefore = this.#airedBefore[pictureOf(extra)];
    if (airedBefore === null) return Number.NEGATIVE_INFINITY;
    return airedBefore - (extra === 'public' ? 0 : extra) - SAME_MS;
  }

  /** Puts slots that a session's state has already into the picture of an instant that is on air. */
  cueAt(session: Session, set: Parameters<LineMaker['cueAt']>[1], at: number): void {
    this.#maker?.cueAt(session.state, set, at);
    this.#onLine();
  }

  /** All of it has aired and the archive has it: its outputs are closed. */
  close(): void {
    this.detach();
    for (const audience of this.#audiences.values()) audience.close();
    this.#audiences.clear();
  }

  /** Nothing more comes into the line. All that came is in it, and still airs. */
  detach(): void {
    this.#unlisten();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const maker = this.#maker;
    const session = this.#feeding;
    this.#feeding = null;
    // What a relay sent just before it left waits for its instant: nobody is there to put it in then.
    if (maker === null || session === null || maker.flushAt === null) return;
    maker.flush(session.state, this.#deps.clock.now());
    this.#onLine();
  }

  #observe(maker: LineMaker, session: Session): void {
    maker.observe(session.state, this.#deps.clock.now());
    if (maker.flushAt === null) this.#onLine();
    else this.#flushInTime(maker, session);
  }

  /** Puts what came alone into the line when that is due: not sooner, or the line made from a timeline would be another. */
  #flushInTime(maker: LineMaker, session: Session): void {
    const { flushAt } = maker;
    if (this.#timer !== null || flushAt === null) return;
    this.#timer = this.#deps.setTimeout(
      () => {
        this.#timer = null;
        const now = this.#deps.clock.now();
        // What it was set for may be in the line by now, and something newer not.
        if (maker.flushAt !== null && now < maker.flushAt) return this.#flushInTime(maker, session);
        maker.flush(session.state, now);
        this.#onLine();
      },
      Math.max(0, flushAt - this.#deps.clock.now()),
    );
  }
}
