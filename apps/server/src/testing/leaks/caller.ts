import type { TimingAnswer } from '@okboxbox/protocol';
import type { Stranger } from './outsider.js';
import type { PublicKind } from './public-shape.js';
import type { Random } from './random.js';
import { trueNow } from './show-truth.js';
import type { Witness } from './witness.js';

export interface CallerDeps {
  readonly witness: Witness;
  readonly random: Random;
  readonly shows: readonly string[];
  readonly sessionIds: () => readonly string[];
  readonly linkCodes: () => readonly string[];
  /** Where the server is now; `null` while there is none. */
  readonly url: () => string | null;
}

/** Somebody without `session:live` who asks for every page and every call, again and again. */
export class Caller {
  readonly #who: Stranger;
  readonly #deps: CallerDeps;
  /** Addresses of chunks, as far as what it has seen names any. */
  readonly #chunks: string[] = [];
  #isOver = false;

  constructor(who: Stranger, deps: CallerDeps) {
    this.#who = who;
    this.#deps = deps;
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      const url = this.#deps.url();
      if (url !== null) await this.#call(url);
      await new Promise((resolve) => setTimeout(resolve, this.#deps.random.whole(10, 120)));
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async #call(url: string): Promise<void> {
    const { random } = this.#deps;
    const auth = (await this.#who.auth()) as { token?: string; link?: string };
    const { token, link } = auth;
    const path = this.#path();
    const query = link === undefined ? '' : `${path.includes('?') ? '&' : '?'}link=${link}`;
    try {
      const response = await fetch(`${url}${path}${query}`, {
        method: random.chance(0.95) ? 'GET' : 'POST',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        redirect: 'manual',
        signal: AbortSignal.timeout(3_000),
      });
      this.#tell(path, response, await response.text(), auth);
    } catch {
      // The server is going, or gone.
    }
  }

  #path(): string {
    const { random, shows, sessionIds, linkCodes } = this.#deps;
    const show = random.pick(shows);
    const id = random.pick([...sessionIds(), 'sess_none']);
    return random.pick([
      ...[
        '/api/sessions',
        '/api/sessions',
        `/api/public/sessions/${show}/timing`,
        `/api/public/sessions/${show}/timing`,
      ],
      ...[`/api/public/sessions/${id}/timing`, `/api/public/sessions/${id}/timing`, `/api/sessions/${id}/timing`],
      ...[`/api/sessions/${id}/timing?sessionTime=5`, `/api/sessions/${id}/laps`, `/api/sessions/${id}/events`],
      ...[`/api/sessions/${id}/recording`, '/api/health', '/api/health/ready', '/metrics', `/sessions/${id}`],
      ...[random.pick([...this.#chunks, `/api/public/sessions/${id}/topics/laps/none/0`])],
      ...[random.pick([...this.#chunks, `/api/sessions/${id}/topics/laps/none/0`])],
      ...[`/api/shows/${show}/state`, `/api/shows/${show}/state`, `/api/shows/${show}/table.json`],
      ...[`/api/shows/${show}/table.csv?rows=5`, `/api/shows/${show}/table.xml`],
      ...[`/l/${random.pick([...linkCodes(), 'none'])}`, `/public/${show}`, `/overlay/timing-tower?show=${show}`, '/'],
      ...[
        '/api/diagnostics/parity',
        '/api/ops/summary',
        '/api/ops/sessions',
        '/api/ops/events',
        '/api/ops/sockets',
        '/api/diagnostics/flow',
        `/api/public/sessions/${'x'.repeat(300)}/timing`,
      ],
    ]);
  }

  #tell(path: string, response: Response, content: string, auth: object): void {
    const headers = [...response.headers.entries()].map(([name, value]) => `${name}: ${value}`).join('\n');
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const body: unknown = isJson && content !== '' ? JSON.parse(content) : null;
    const isProblem = response.headers.get('content-type')?.includes('problem') === true;
    const kind = kindOf(path, response.status, isJson, isProblem);
    const { sessionId, topics } = (kind === 'timing' ? body : {}) as Partial<TimingAnswer>;
    if (sessionId !== undefined && topics !== undefined) this.#learnChunks(sessionId, topics.epoch);
    const { name: who, mayAlwaysSee, mayGraphics } = this.#who;
    this.#deps.witness.looksAt({
      who,
      kind,
      body,
      mayAlwaysSee,
      mayGraphics: (show) => mayGraphics(show, auth),
      // The list and the public call are of the public picture for every caller.
      isOfPublic: kind === 'timing' || kind === 'sessions',
      at: trueNow(),
      text: `${content}\n${headers}`,
      // A link names its session itself.
      own: path.startsWith('/l/') ? `${path} ${response.headers.get('location')}` : path,
    });
  }

  /** Notes where the first chunks of a session would be, of the public picture and of the live one. */
  #learnChunks(sessionId: string, epoch: string): void {
    for (const topic of ['laps', 'gaps', 'events', 'privateEvents']) {
      const path = `sessions/${sessionId}/topics/${topic}/${epoch}/0`;
      for (const address of [`/api/public/${path}`, `/api/${path}`]) {
        if (!this.#chunks.includes(address)) this.#chunks.push(address);
      }
    }
  }
}

function kindOf(path: string, status: number, isJson: boolean, isProblem: boolean): PublicKind | 'unknown' {
  // A server that is not ready says so in the form of its health; an edge whose owner is away, as a problem.
  if (status >= 400) return status === 503 && path.startsWith('/api/health') && !isProblem ? 'health' : 'problem';
  if (path === '/api/sessions') return 'sessions';
  if (path.startsWith('/api/health')) return 'health';
  if (path.includes('/topics/')) return 'chunk';
  if (path.startsWith('/api/shows/') && isJson) return path.endsWith('/state') ? 'show state' : 'table';
  if (path.startsWith('/api/public/sessions/')) return 'timing';
  // Pages and where links lead: nothing but text, which is looked at as such.
  return isJson ? 'unknown' : 'problem';
}
