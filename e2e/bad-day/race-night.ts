import { rm } from 'node:fs/promises';
import type { Lap, RaceEvent, SessionSummary, TimingAnswer } from '@okboxbox/protocol';
import { expect, vi } from 'vitest';
import { freePort, getJson, okboxbox, type Running, stop, temporaryData, tokenOf } from '../okboxbox.js';

/** What a race comes to when nothing disturbs it. */
export interface Results {
  readonly entries: TimingAnswer['entries'];
  readonly laps: readonly Lap[];
  readonly events: readonly RaceEvent[];
}

/** Of the server's diagnostics, what these proofs look at. */
export interface ParitySeen {
  readonly sessions: readonly {
    readonly relays: readonly {
      readonly clock: {
        readonly offsetMs: number;
        readonly boundMs: number;
        readonly wallOffsetMs: number;
        readonly steps: number;
        readonly wallSteps: number;
      } | null;
    }[];
  }[];
}

/** What a relay's own page says. */
export interface PageSeen {
  readonly queue: { readonly records: number; readonly lost: number };
  readonly problems: readonly { readonly what: string; readonly doThis: string }[];
}

/** Asks a relay's own page. */
export async function pageOf(relay: Running): Promise<PageSeen> {
  const page = /page: (http:\S+)\/debug/.exec(relay.stderr())?.[1];
  return getJson(`${page}/debug/health`, '');
}

/** A server and a relay as processes of their own, which a test may kill, stop or cut off from each other. */
export class RaceNight {
  readonly data = temporaryData();
  readonly port: number;
  readonly #running = new Set<Running>();
  #team = '';
  #dataDir = this.data.dir;

  private constructor(port: number) {
    this.port = port;
  }

  static async begin(): Promise<RaceNight> {
    return new RaceNight(await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the server, in the night's data folder unless another is named; resolves when it serves. */
  async serve(env: Readonly<Record<string, string>> = {}, dataDir = this.data.dir): Promise<Running> {
    this.#dataDir = dataDir;
    const args = ['server', '--port', String(this.port), '--data', dataDir];
    const server = this.#start(args, { LOG_LEVEL: 'warn', ...env });
    await vi.waitFor(() => expect(server.stderr()).toContain('Ok, Box Box serves'), { timeout: 30_000, interval: 10 });
    return server;
  }

  /** Starts a relay that feeds this server, or one at another address. */
  async relay(
    source: string,
    speed: string,
    backend = this.url,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Running> {
    const token = await tokenOf(this.#dataDir, 'relay');
    return this.#start(['relay', '--source', source, '--speed', speed], {
      RELAY_BACKENDS: backend,
      RELAY_TOKEN: token,
      ...env,
    });
  }

  /** What the server says of relays against what it has; it must run with `DIAGNOSTICS_ENABLED`. */
  async parity(): Promise<ParitySeen> {
    return getJson(`${this.url}/api/diagnostics/parity`, await tokenOf(this.#dataDir, 'admin'));
  }

  async sessions(): Promise<SessionSummary[]> {
    return this.#get('/api/sessions');
  }

  /** The newest session, once it has ended. */
  async ended(): Promise<SessionSummary> {
    await vi.waitFor(async () => expect((await this.sessions())[0]?.status).toBe('ended'), { timeout: 30_000 });
    return (await this.sessions())[0] as SessionSummary;
  }

  /** Seconds of the race's clock that the newest session has come to; 0 where there is none. */
  async clock(): Promise<number> {
    const [session] = await this.sessions();
    if (session === undefined) return 0;
    return (await this.#get<TimingAnswer>(`/api/sessions/${session.sessionId}/timing`)).sessionTime ?? 0;
  }

  /** The race's clock once it stands: what was under way when the relay was cut off has come by then. */
  async standingClock(): Promise<number> {
    let before = Number.NaN;
    return vi.waitFor(
      async () => {
        const now = await this.clock();
        const stands = now === before;
        before = now;
        if (!stands) throw new Error(`The race goes on: its clock is at ${now} s.`);
        return now;
      },
      { timeout: 30_000, interval: 1_000 },
    );
  }

  async results(sessionId: string): Promise<Results> {
    const { entries } = await this.#get<TimingAnswer>(`/api/sessions/${sessionId}/timing`);
    const laps = await this.#get<Lap[]>(`/api/sessions/${sessionId}/laps`);
    return { entries, laps, events: await this.#get<RaceEvent[]>(`/api/sessions/${sessionId}/events`) };
  }

  /** Session times of all frames on a session's timeline, in order. */
  async frameTimes(sessionId: string): Promise<number[]> {
    const response = await fetch(`${this.url}/api/sessions/${sessionId}/recording`, {
      headers: { authorization: `Bearer ${await this.#token()}` },
    });
    return (await response.text())
      .split('\n')
      .filter((line) => line.startsWith('{"kind":"frame"'))
      .map((line) => (JSON.parse(line) as { sessionTime: number }).sessionTime);
  }

  async health(): Promise<{ status: string; checks: Record<string, { status: string; detail: string }> }> {
    return (await fetch(`${this.url}/api/health`)).json() as never;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running].map((each) => stop(each, 'SIGKILL')));
    // Without holding up the other nights and cables of this process.
    await rm(this.data.dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #get<T>(path: string): Promise<T> {
    return getJson<T>(`${this.url}${path}`, await this.#token());
  }

  async #token(): Promise<string> {
    this.#team ||= await tokenOf(this.#dataDir, 'team');
    return this.#team;
  }

  #start(args: readonly string[], env: Readonly<Record<string, string>>): Running {
    const running = okboxbox(args, env);
    this.#running.add(running);
    return running;
  }
}

/** What a source comes to on a server that nothing disturbs. */
export async function undisturbed(source: string): Promise<Results> {
  const night = await RaceNight.begin();
  try {
    await night.serve();
    const relay = await night.relay(source, 'max');
    expect(await relay.ended).toBe(0);
    return await night.results((await night.ended()).sessionId);
  } finally {
    await night.end();
  }
}

/** The same race, but for the instants at which it was captured: every lap, event, place and figure. */
export function expectSameRace(found: Results, expected: Results): void {
  const timeless = (events: readonly RaceEvent[]) => events.map(({ at: _, ...rest }) => rest);
  expect(found.laps).toEqual(expected.laps);
  expect(timeless(found.events)).toEqual(timeless(expected.events));
  expect(found.entries).toEqual(expected.entries);
}

/** The session has ended, every frame is on its timeline once and in order, and the race is the same. */
export async function expectAllOnce(night: RaceNight, expected: Results): Promise<void> {
  const { sessionId } = await night.ended();
  await expectWhole(night, sessionId, expected);
}

/** Every frame is on a session's timeline once and in order, and the race is the same. */
export async function expectWhole(night: RaceNight, sessionId: string, expected: Results): Promise<void> {
  const times = await night.frameTimes(sessionId);
  const steps = times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) * 100) / 100);
  expect(new Set(steps)).toEqual(new Set([0.1]));
  expectSameRace(await night.results(sessionId), expected);
}
