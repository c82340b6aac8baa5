import type { DeskState } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import type { Random } from './random.js';
import { type ShowTruth, trueNow } from './show-truth.js';

export interface DirectorDeps {
  readonly truth: ShowTruth;
  readonly random: Random;
  readonly connect: () => Promise<Socket | null>;
  /** Links that it has made, by kind, for those who come by them. */
  readonly links: { overlay: string[]; public: string[] };
  /** Notes what was done, for the story of a night that leaked. */
  readonly note: (what: string) => void;
}

const DELAYS = [0, 0, 300, 500, 1_000, 1_500, 2_500, 4_000];
const EXTRAS = [0, 0, 400, 1_000, 2_000, 3_500];
const LOOKS = [null, { base: 'light', colours: { accent: '#00594c' } }, { base: 'board', radiusPx: 4 }];

/**
 * A director who cannot leave it alone: sets the delays of both pictures up and down, pauses and goes on, publishes and takes off the air,
 * cues and undoes that, makes links and revokes them. What was asked for and answered goes into the truth.
 */
export class Director {
  readonly #deps: DirectorDeps;
  #socket: Socket | null = null;
  #isOver = false;
  #isPaused = false;
  #cues = 0;
  /** What is set; `null` where nobody knows, since an answer was lost. */
  #set: { readonly delayMs: number; readonly publicExtraMs: number } | null = { delayMs: 0, publicExtraMs: 0 };

  constructor(deps: DirectorDeps) {
    this.#deps = deps;
  }

  async run(): Promise<void> {
    const { random } = this.#deps;
    while (!this.#isOver) {
      if (this.#socket?.connected === true) await this.act();
      else this.#socket = await this.#deps.connect();
      await new Promise((resolve) => setTimeout(resolve, random.whole(60, 900)));
    }
  }

  stop(): void {
    this.#isOver = true;
    this.#socket?.disconnect();
  }

  /** Does one thing; returns when it is answered, or will not be. */
  async act(): Promise<void> {
    const { random } = this.#deps;
    const what = random.next();
    if (this.#isPaused && what < 0.5) await this.#resume();
    else if (what < 0.32) await this.setDelay(random.pick(['glide', 'jump']));
    else if (what < 0.4) await this.#pause();
    else if (what < 0.56) await this.publish(random.chance(0.85));
    else if (what < 0.68) await this.#cue();
    else if (what < 0.7) await this.#call('show:finish', { results: { forMs: 1_000 }, publish: 'leave' });
    else if (what < 0.74) await this.#undoCue();
    else if (what < 0.77) await this.#call('show:look', { look: random.pick(LOOKS) });
    else if (what < 0.8) await this.#call('show:scene', { scene: { name: 'One', set: { tower: {} }, forMs: null } });
    else if (what < 0.92) await this.#link();
    else await this.#revoke();
  }

  /** Sets one of the two figures, or both. */
  async setDelay(mode: 'glide' | 'jump'): Promise<void> {
    const { random, truth } = this.#deps;
    const wanted = { delayMs: random.pick(DELAYS), publicExtraMs: random.pick(EXTRAS) };
    const { delayMs, publicExtraMs } = wanted;
    const asked = this.#set === null ? wanted : random.pick([{ delayMs }, { publicExtraMs }, wanted]);
    const next = { ...wanted, ...this.#set, ...asked };
    const answered = truth.allowed.delay(next.delayMs, next.publicExtraMs, trueNow());
    const answer = await this.#call('broadcast:delay:set', { ...asked, mode });
    if (answer === null) this.#set = null;
    else if (answer.ok) this.#set = next;
    answered(answer === null ? null : answer.ok, trueNow());
  }

  async publish(published: boolean): Promise<void> {
    const { allowed } = this.#deps.truth;
    if (published) allowed.published(true, trueNow());
    const answer = await this.#call('broadcast:publish', { published });
    if (!published && answer?.ok === true) allowed.published(false, trueNow());
  }

  async #pause(): Promise<void> {
    const answer = await this.#call('broadcast:pause', {});
    if (answer?.ok !== true) return;
    this.#isPaused = true;
    this.#deps.truth.allowed.paused(trueNow());
  }

  async #resume(): Promise<void> {
    this.#deps.truth.allowed.resumes(trueNow());
    const answer = await this.#call('broadcast:resume', {});
    if (answer?.ok === true) this.#isPaused = false;
  }

  /** What is cued with the picture says when that was; what is cued for now is meant to be seen at once. */
  async #cue(): Promise<void> {
    const { random, truth } = this.#deps;
    const isNow = random.chance(0.5);
    this.#cues += 1;
    const text = isNow ? `Now ${this.#cues}` : `With the picture of ${truth.mark()}`;
    const slot = random.pick(['message', 'driver', 'battle', 'flag', 'results'] as const);
    const set = {
      message: { message: random.chance(0.8) ? { text } : null },
      driver: { driver: random.pick(['leader', { car: 2 }, null]) },
      battle: { battle: random.pick(['closest', { cars: [1, 2] }, null]) },
      flag: { flag: random.pick([{ flag: 'yellow' }, null]) },
      results: { results: random.pick([{ of: 'grid' }, null]) },
    }[slot];
    const forMs = random.pick([null, 500, 1_500]);
    await this.#call('broadcast:cue', { set, when: isNow ? 'now' : 'picture', forMs });
  }

  /** Undoes the newest act where that is a cue, aired or not: nothing that it had replaced may come early. */
  async #undoCue(): Promise<void> {
    const joined = await this.#call('director:join', {});
    const undo = (joined?.desk as DeskState | undefined)?.undo ?? null;
    if (undo !== null && /^(cued|took off|finished) /.test(undo.says)) await this.#call('show:undo', { id: undo.id });
  }

  async #link(): Promise<void> {
    const { random, links } = this.#deps;
    const kind = random.pick(['overlay', 'public'] as const);
    const answer = await this.#call('link:create', { kind, onlySession: random.chance(0.3) });
    const { link } = (answer ?? {}) as { link?: { code: string } };
    if (link !== undefined) links[kind].push(link.code);
  }

  async #revoke(): Promise<void> {
    const { random, links } = this.#deps;
    const kind = random.pick(['overlay', 'public'] as const);
    if (links[kind].length > 2) await this.#call('link:revoke', { code: links[kind].shift() });
  }

  /** `null` where no answer came: then nobody knows whether it was done. */
  async #call(event: string, input: object): Promise<({ ok: boolean } & Record<string, unknown>) | null> {
    const { truth } = this.#deps;
    const answer = await this.#socket
      ?.timeout(3_000)
      .emitWithAck(event, { show: truth.show, ...input })
      .catch(() => null);
    const came = answer == null ? 'no answer' : answer.ok ? 'ok' : answer.error.message;
    this.#deps.note(`${truth.show}: ${event} ${JSON.stringify(input)}: ${came}`);
    return answer ?? null;
  }
}
