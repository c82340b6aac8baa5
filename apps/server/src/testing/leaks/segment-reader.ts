import { isDeepStrictEqual } from 'node:util';
import {
  applyChange,
  type FeedState,
  type PublicKeyframe,
  type PublicPointer,
  type PublicSegment,
} from '@okboxbox/protocol';
import type { CallerDeps } from './caller.js';
import type { Stranger } from './outsider.js';
import type { PublicKind } from './public-shape.js';
import { trueNow } from './show-truth.js';

export interface SegmentReaderDeps extends Omit<CallerDeps, 'linkCodes' | 'sessionIds'> {
  /** What others hold at a place of a feed: everyone must hold the same. */
  readonly held: Map<string, FeedState>;
}

/** What it has read of one show, in one epoch. */
interface Read {
  readonly epoch: string;
  seq: number;
  at: number;
  state: FeedState;
}

/** Files of before that it asks for again, whatever has happened to the show meanwhile. */
const REMEMBERED = 60;

/**
 * Somebody without `session:live` who reads shows as segments: asks for pointers, for every segment that they name, and for
 * old ones again.
 */
export class SegmentReader {
  readonly #who: Stranger;
  readonly #deps: SegmentReaderDeps;
  readonly #read = new Map<string, Read>();
  /** Paths of files that were named once. */
  #old: string[] = [];
  #isOver = false;

  constructor(who: Stranger, deps: SegmentReaderDeps) {
    this.#who = who;
    this.#deps = deps;
  }

  async run(): Promise<void> {
    const { random, shows, url } = this.#deps;
    while (!this.#isOver) {
      const base = url();
      const auth = (await this.#who.auth()) as { token?: string; link?: string };
      if (base !== null) {
        await this.#follow(base, random.pick(shows), auth);
        if (this.#old.length > 0) await this.#get(base, random.pick(this.#old), auth);
      }
      await new Promise((resolve) => setTimeout(resolve, random.whole(20, 600)));
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  /** Reads a show on, from where it is or from its keyframe. */
  async #follow(base: string, show: string, auth: { token?: string; link?: string }): Promise<void> {
    const path = `/api/public/shows/${show}`;
    const pointer = await this.#get<PublicPointer>(base, `${path}/now.json`, auth);
    if (pointer === null) return;
    if (this.#deps.random.chance(0.2)) await this.#get(base, `${path}/crowd.json`, auth);
    if (this.#deps.random.chance(0.1)) await this.#get(base, `${path}/watching`, auth, 'POST');
    let read = this.#read.get(show);
    const firstSeq = pointer.seq - pointer.segments.length + 1;
    if (read?.epoch !== pointer.epoch || read.seq < firstSeq - 1) {
      const keyframe = await this.#file<PublicKeyframe>(base, `${path}/s/${pointer.keyframe.name}.json`, auth);
      if (keyframe === null) return;
      const { epoch, seq, at, state } = keyframe;
      if (epoch !== pointer.epoch || seq !== pointer.keyframe.seq)
        this.#complain('order', 'keyframe', 'it is of another place');
      read = { epoch, seq, at: at ?? 0, state };
      this.#read.set(show, read);
      this.#hold(read);
    }
    // Two answers may be on their way at once: a pointer that is older than what has been read names nothing new.
    for (let seq = read.seq + 1; seq <= pointer.seq; seq++) {
      const segment = await this.#file<PublicSegment>(base, `${path}/s/${pointer.segments[seq - firstSeq]}.json`, auth);
      if (segment === null) return;
      if (segment.seq !== seq || segment.epoch !== read.epoch)
        this.#complain('order', 'segment', `${segment.seq} is where ${seq} should be`);
      if ((segment.at ?? 0) < read.at) this.#complain('order', 'segment', `the instant fell back from ${read.at}`);
      read.seq = seq;
      read.at = segment.at ?? 0;
      read.state = applyChange(read.state, segment);
      this.#hold(read);
    }
  }

  #hold({ epoch, seq, state }: Read): void {
    const { held } = this.#deps;
    const place = `segments ${epoch} ${seq}`;
    const others = held.get(place);
    if (others === undefined) held.set(place, state);
    else if (!isDeepStrictEqual(others, state))
      this.#complain('differs', 'segment', `at ${place} two hold another state`);
  }

  async #file<T>(base: string, path: string, auth: object): Promise<T | null> {
    this.#old = [...this.#old, path].slice(-REMEMBERED);
    return this.#get<T>(base, path, auth);
  }

  /** Asks, and has the answer looked at; `null` where it is a refusal, or none comes. */
  async #get<T>(
    base: string,
    path: string,
    auth: { readonly token?: string; readonly link?: string },
    method = 'GET',
  ): Promise<T | null> {
    const { token, link } = auth;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}${path}${link === undefined ? '' : `?link=${link}`}`, {
        method,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(3_000),
      });
      text = await response.text();
    } catch {
      // The server is going, or gone.
      return null;
    }
    const body: unknown = JSON.parse(text);
    const { name: who, mayAlwaysSee, mayGraphics } = this.#who;
    // What caches give to everyone must be what everyone may see.
    const isForEveryone = response.headers.get('cache-control')?.startsWith('public') === true;
    this.#deps.witness.looksAt({
      who,
      kind: kindOf(path, response.status, body),
      body,
      text,
      mayAlwaysSee: isForEveryone ? () => false : mayAlwaysSee,
      mayGraphics: (show) => mayGraphics(show, auth),
      isOfPublic: true,
      at: trueNow(),
      own: path,
      state: response.ok && isKeyframe(body) ? body.state : null,
    });
    return response.ok ? (body as T) : null;
  }

  #complain(what: 'order' | 'differs', kind: string, detail: string): void {
    this.#deps.witness.tell({ what, who: this.#who.name, kind, detail });
  }
}

function kindOf(path: string, status: number, body: unknown): PublicKind {
  if (status >= 400) return 'problem';
  if (path.endsWith('/watching')) return 'watching';
  if (path.endsWith('/crowd.json')) return 'crowd';
  if (path.endsWith('/now.json')) return 'pointer';
  return isKeyframe(body) ? 'keyframe' : 'segment';
}

function isKeyframe(body: unknown): body is PublicKeyframe {
  return typeof body === 'object' && body !== null && 'state' in body;
}
