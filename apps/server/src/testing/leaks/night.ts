import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { FeedState, Role } from '@okboxbox/protocol';
import { pino } from 'pino';
import { io as connect, type Socket } from 'socket.io-client';
import { tokensOfSecret } from '../../access/tokens.js';
import { readConfig } from '../../config.js';
import type { RunningEdge } from '../../edge/process/edge.js';
import { type RunningServer, startServer } from '../../node.js';
import { EDGE_WORKERS, edgesInProcess } from '../edges-in-process.js';
import { Caller } from './caller.js';
import { Director } from './director.js';
import { Outsider, type Stranger } from './outsider.js';
import { type Random, randomOf } from './random.js';
import { Rig } from './rig.js';
import { SegmentReader } from './segment-reader.js';
import { ShowTruth, trueNow } from './show-truth.js';
import { Sim } from './sim.js';
import { Witness } from './witness.js';

/** What a night is made of. */
export interface NightOptions {
  readonly seed: number;
  readonly forMs: number;
  /** Kinds of messages that outsiders must have received: where some are missing, the night may last twice as long. */
  readonly needs?: readonly string[];
  /** Where this comes true, the night ends sooner. */
  readonly until?: (witness: Witness) => boolean;
  /** Shows that are on at once. */
  readonly shows: number;
  /** Sockets and HTTP callers without `session:live`. */
  readonly outsiders: number;
  readonly callers: number;
  /** Those who read shows as segments. */
  readonly readers: number;
  /** Whether the server is restarted in the middle, and its clock set. */
  readonly restarts: boolean;
}

const SECRET_OF_TOKENS = '5UaJ1sPg6FdH3nYb8WcRz4LkmQ7x2TvK';
/** No database answers here: what has ended is read from its timeline. */
const NO_DATABASE = 'postgresql://127.0.0.1:1/none';

/** What belongs to the process that runs, and not to the next one. */
const OF_A_PROCESS = /\.(?:lock|sock)$/;

/** No surface is off: each is asked for what it may not tell. */
const EVERYTHING_ON = { METRICS_ENABLED: '1', DIAGNOSTICS_ENABLED: '1', OPS_UI_ENABLED: '1' };

/** One show of the night with those who feed and direct it. */
interface Show {
  readonly truth: ShowTruth;
  readonly sim: Sim;
  readonly rigs: readonly Rig[];
  readonly director: Director;
  readonly links: { overlay: string[]; public: string[] };
}

/**
 * A whole evening in little: a real server, shows with relays that send real frames in real time, directors, and dozens of
 * clients without `session:live`, with everything going wrong that may. Its witness looks at all that these receive.
 */
export class Night {
  readonly witness: Witness;
  /** What was done to it, in order. */
  readonly happened: string[] = [];
  readonly #options: NightOptions;
  readonly #random: Random;
  readonly #tokens = tokensOfSecret(new TextEncoder().encode(SECRET_OF_TOKENS));
  readonly #shows: Show[];
  /** What the server's clock has been ahead of the truth, run by run. */
  readonly #aheadMs: number[] = [0];
  readonly #beganAt = trueNow();
  #boot = 'first';
  #folder = mkdtempSync(join(tmpdir(), 'night-'));
  readonly #folders = [this.#folder];
  /** Shows of the links that somebody has come by, by their codes: a link may be revoked meanwhile. */
  readonly #showOfLink = new Map<string, string>();
  #server: RunningServer | null = null;
  /** The edges of the server that runs, where the suite of edges asks for some. */
  readonly #edges: RunningEdge[] = [];
  #connected = 0;
  readonly #people: { run(): Promise<void>; stop(): void }[] = [];

  constructor(options: NightOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#shows = Array.from({ length: options.shows }, (_, i) => this.#show(i));
    this.witness = new Witness(
      this.#shows.map(({ truth }) => truth),
      this.#aheadMs,
    );
  }

  /** Goes through the night, to its end. */
  async run(): Promise<void> {
    const { forMs, needs = [], until, outsiders, callers, readers, restarts } = this.#options;
    await this.#start();
    for (const { rigs } of this.#shows) for (const rig of rigs) rig.start();
    const held = new Map<string, FeedState>();
    const shows = this.#shows.map(({ truth }) => truth.show);
    const deps = {
      witness: this.witness,
      shows,
      sessionIds: () => this.#shows.flatMap(({ truth }) => truth.sessionIds),
      held,
      connect: (auth: object) => this.#connect('/', auth),
      linkCodes: () => this.#shows.flatMap(({ links }) => [...links.overlay, ...links.public]),
      url: () => this.#server?.url ?? null,
    };
    const strangers = this.#strangers();
    for (let i = 0; i < outsiders; i++) {
      const who = strangers[i % strangers.length] as Stranger;
      this.#people.push(new Outsider(who, { ...deps, random: this.#random.fork() }));
    }
    for (let i = 0; i < callers; i++) {
      const who = strangers[i % strangers.length] as Stranger;
      this.#people.push(new Caller(who, { ...deps, random: this.#random.fork() }));
    }
    for (let i = 0; i < readers; i++) {
      const who = strangers[i % strangers.length] as Stranger;
      this.#people.push(new SegmentReader(who, { ...deps, random: this.#random.fork() }));
    }
    const people = [...this.#people, ...this.#shows.map(({ director }) => director)];
    const running = people.map((each) => each.run());
    const over = this.#beganAt + forMs;
    const hasAll = () => needs.every((kind) => this.witness.seen.has(kind));
    const isOver = () => trueNow() >= (hasAll() ? over : over + forMs);
    while (!isOver() && until?.(this.witness) !== true) {
      await new Promise((resolve) => setTimeout(resolve, this.#random.whole(150, 500)));
      await this.#disturb(restarts);
    }
    for (const each of people) each.stop();
    await Promise.all(running);
    for (const { rigs } of this.#shows) for (const rig of rigs) rig.stop();
    await this.#server?.close();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  #show(i: number): Show {
    const truth = new ShowTruth(['one', 'two', 'three', 'four'][i] ?? `show-${i}`, 'abcdefgh'[i] ?? 'z');
    const sim = new Sim(truth, this.#random.fork());
    const links = { overlay: [], public: [] };
    const token = (role: Role) => this.#token(role, { shows: [truth.show] });
    const rig = (name: string) =>
      new Rig(name, {
        truth,
        sim,
        random: this.#random.fork(),
        connect: async () => this.#connect('/relay', { token: await token('relay') }),
      });
    const director = new Director({
      truth,
      links,
      random: this.#random.fork(),
      note: (what: string) => this.#note(what),
      connect: async () => this.#connect('/', { token: await token('director') }),
    });
    return {
      truth,
      sim,
      links,
      director,
      rigs: i % 2 === 0 ? [rig(`rig-${i}a`), rig(`rig-${i}b`)] : [rig(`rig-${i}`)],
    };
  }

  #strangers(): Stranger[] {
    const nothing = () => false;
    const always = () => true;
    const ofShow = (show: string, auth: object) => {
      const { link = '' } = auth as { link?: string };
      return this.#showOfLink.get(link) === show;
    };
    const first = this.#shows[0]?.truth.show ?? '';
    const byToken = (role: Role, claims: object, mayAlwaysSee: Stranger['mayAlwaysSee']): Stranger => ({
      name: `${role} ${JSON.stringify(claims)}`,
      auth: async () => ({ token: await this.#token(role, claims) }),
      mayAlwaysSee,
      mayGraphics: role === 'overlay' ? mayAlwaysSee : nothing,
    });
    const byLink = (kind: 'overlay' | 'public'): Stranger => ({
      name: `${kind} link`,
      auth: async () => {
        const { truth, links } = this.#random.pick(this.#shows);
        const link = this.#random.pick([...links[kind], ...links[kind], 'none']);
        this.#showOfLink.set(link, truth.show);
        return { link };
      },
      // An overlay's link is of some show, and another is drawn at each connection.
      mayAlwaysSee: kind === 'overlay' ? always : nothing,
      mayGraphics: kind === 'overlay' ? ofShow : nothing,
    });
    const anonymous: Stranger = {
      name: 'anonymous',
      auth: async () => ({}),
      mayAlwaysSee: nothing,
      mayGraphics: nothing,
    };
    return [
      ...[anonymous, byToken('viewer', {}, always), byLink('public'), byToken('overlay', {}, always), anonymous],
      ...[byLink('overlay'), byToken('team', { shows: ['elsewhere'] }, nothing)],
      ...[byToken('overlay', { shows: [first] }, (show) => show === first), byToken('relay', {}, nothing)],
      byToken('director', { shows: ['elsewhere'] }, nothing),
    ];
  }

  /** Something goes wrong, or on. */
  async #disturb(restarts: boolean): Promise<void> {
    const random = this.#random;
    const { sim, rigs, truth } = random.pick(this.#shows);
    const rig = random.pick(rigs);
    const what = random.next();
    if (what < 0.1) {
      sim.next();
      this.#note(`${truth.show} goes on to ${sim.type}`);
    } else if (what < 0.16) {
      sim.toggle();
      this.#note(`the sim's clock of ${truth.show} stops or goes on`);
    } else if (what < 0.32) {
      rig.line(false);
      this.#note(`a relay of ${truth.show} is away`);
      setTimeout(() => rig.line(true), random.whole(200, 4_000));
    } else if (what < 0.52) {
      const clock = random.pick<Partial<typeof rig.clock>>([
        ...[{ aheadMs: 7_000 }, { aheadMs: -7_000 }, { aheadMs: rig.clock.aheadMs + random.pick([-10_000, 10_000]) }],
        ...[{ stampsOlderMs: 60_000 }, { answersOlderMs: 60_000 }, { answersOlderMs: -60_000 }, { answers: false }],
        ...[{ aheadMs: 0, stampsOlderMs: 0, answersOlderMs: 0, answers: true }, { stampsOlderMs: 3_000 }],
      ]);
      Object.assign(rig.clock, clock);
      this.#note(`a relay's clock of ${truth.show}: ${JSON.stringify(clock)}`);
    } else if (what < 0.62 && restarts) await this.#restart();
    else if (what > 0.85) await this.#trace(truth);
  }

  /** Operations look closely at a show's session, and send a probe through it. */
  async #trace({ show, sessionIds }: ShowTruth): Promise<void> {
    const url = this.#server?.url;
    const sessionId = [...sessionIds].at(-1);
    if (url === undefined || sessionId === undefined) return;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await this.#token('ops', {})}` };
    const body = JSON.stringify({ sessionId, durationSec: 5, probe: true });
    // A server that is just being stopped answers nothing.
    const answer = await fetch(`${url}/api/ops/trace/start`, { method: 'POST', headers, body }).catch(() => null);
    this.#note(`${show} is traced: ${answer?.status ?? 'no answer'}`);
  }

  async #restart(): Promise<void> {
    const random = this.#random;
    const how = random.pick(['stops', 'stops', 'crashes', 'crashes'] as const);
    const setMs = random.pick([0, 0, 1_000, -1_000, 60_000, -10_000, 30]);
    const isAnew = random.chance(0.15);
    this.#note(`the server ${how}${isAnew ? ', its machine is started anew' : ''}; its clock is set by ${setMs} ms`);
    const before = this.#server;
    this.#server = null;
    if (how === 'crashes') {
      // Processes that die at once answer nobody any more: nothing is done after what is found.
      await Promise.all(this.#edges.map((edge) => edge.close()));
      // What is in the folder at this moment is all that a run after a crash would find.
      this.#folder = mkdtempSync(join(tmpdir(), 'night-'));
      const old = this.#folders.at(-1) ?? '';
      this.#folders.push(this.#folder);
      cpSync(old, this.#folder, { recursive: true, filter: (path) => !OF_A_PROCESS.test(basename(path)) });
    }
    for (const { rigs } of this.#shows) for (const rig of rigs) rig.drop();
    await before?.close();
    await new Promise((resolve) => setTimeout(resolve, random.whole(0, 600)));
    this.#aheadMs.push((this.#aheadMs.at(-1) ?? 0) + setMs);
    if (isAnew) this.#boot = `boot ${this.#aheadMs.length}`;
    await this.#start();
    // Where a paused picture stood is not known any more on a machine that was started anew: it stands its delay behind.
    if (isAnew) for (const { truth } of this.#shows) truth.allowed.startedAnew(trueNow());
  }

  async #start(): Promise<void> {
    const config = readConfig(
      {
        ...EVERYTHING_ON,
        PORT: '0',
        EDGE_WORKERS,
        DATA_DIR: this.#folder,
        JWT_SECRET: SECRET_OF_TOKENS,
        DATABASE_URL: NO_DATABASE,
      },
      '/',
    );
    const ahead = this.#aheadMs.at(-1) ?? 0;
    const clock = { now: () => trueNow() + ahead };
    this.#server = await startServer({
      startEdges: edgesInProcess({ clock, wallNow: Date.now }, this.#edges),
      config,
      version: '0.0.0-test',
      webDir: null,
      log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
      clock,
      uptime: () => ({ boot: this.#boot, ms: trueNow() - this.#beganAt + 100_000 }),
    });
  }

  async #connect(namespace: string, auth: object): Promise<Socket | null> {
    if (this.#server === null) return null;
    // Through edges, where there are any: one after another.
    this.#connected += 1;
    const url = this.#edges[this.#connected % Math.max(1, this.#edges.length)]?.url ?? this.#server.url;
    return connect(`${url}${namespace}`, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
  }

  async #token(role: Role, claims: object): Promise<string> {
    // Tokens run out by the server's clock, which may be set.
    return (await this.#tokens.sign?.({ sub: role, role, ...claims }, 24 * 3_600))?.token ?? '';
  }

  #note(what: string): void {
    this.happened.push(`${((trueNow() - this.#beganAt) / 1000).toFixed(1)} s: ${what}`);
  }
}
