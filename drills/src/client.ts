import { type Ack, BEAT_EVERY_MS, type FeedBeatAnswer, type SessionJoin, type SessionMoved } from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { wait } from './running.js';

/** A join that was refused is tried again so much later, in ms. */
const JOIN_AGAIN_MS = 500;

/** What a client calls itself. */
export interface ClientOptions {
  readonly kind: 'dashboard' | 'overlay' | 'director' | 'public';
  /** `null` for a client without one. */
  readonly token: string | null;
  readonly surface?: string;
  /** It says nothing of what it shows, as many a script. */
  readonly isScript?: boolean;
}

/** What a session is joined by. */
export type Join = Pick<SessionJoin, 'audience'> & Partial<Pick<SessionJoin, 'show' | 'sessionId' | 'format'>>;

/** A client of a server: a dashboard, an overlay or a director, as the pages are one. It says what it shows, as they do. */
export class Client {
  readonly socket: Socket;
  readonly #beating: NodeJS.Timeout | undefined;
  #joined: Join | null = null;
  #shownAt: number | null = null;
  #rttMs: number | null = null;
  #isFrozen = false;

  private constructor(socket: Socket, isScript: boolean) {
    this.socket = socket;
    // What follows a show goes with it to the next session.
    socket.on('session:moved', (_moved: SessionMoved) => void this.#joinAgain());
    socket.on('connect', () => void this.#joinAgain());
    socket.on('feed', ({ at }: { readonly at: number }) => this.#show(at));
    this.#beating = isScript ? undefined : setInterval(() => void this.#beat(), BEAT_EVERY_MS);
  }

  /** Connects to a server. @throws Error where that refuses it. */
  static async connect(url: string, { kind, token, surface, isScript = false }: ClientOptions): Promise<Client> {
    const socket = io(url, {
      auth: { ...(token !== null && { token }), clientKind: kind, ...(surface !== undefined && { surface }) },
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 200,
      reconnectionDelayMax: 500,
    });
    const client = new Client(socket, isScript);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /** Joins; resolves with whether it was let in. */
  async join(join: Join): Promise<Ack<{ sessionId: string }>> {
    const answer = await this.call<{ sessionId: string; at: number }>('session:join', join);
    if (!answer.ok) return answer;
    this.#joined = join;
    this.#show(answer.at);
    return answer;
  }

  /** Leaves a session, and stays connected. */
  async leave(sessionId: string): Promise<void> {
    this.#joined = null;
    await this.call('session:leave', { sessionId });
  }

  /** As a page does: until it is let in, or has been closed, or shows something else. */
  async #joinAgain(): Promise<void> {
    const wanted = this.#joined;
    while (wanted !== null && wanted === this.#joined && this.socket.connected) {
      const answer = await this.join(wanted).catch(() => null);
      if (answer?.ok === true) return;
      await wait(JOIN_AGAIN_MS);
    }
  }

  call<T extends object>(event: string, input: object): Promise<Ack<T>> {
    return this.socket.timeout(10_000).emitWithAck(event, input);
  }

  /** From now on its page gets everything and paints nothing, or does so again. */
  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
  }

  close(): void {
    clearInterval(this.#beating);
    this.socket.disconnect();
  }

  #show(at: number): void {
    if (!this.#isFrozen) this.#shownAt = at;
  }

  async #beat(): Promise<void> {
    if (!this.socket.connected) return;
    const began = performance.now();
    const beat = { at: this.#shownAt, rttMs: this.#rttMs };
    const answer = await this.call<FeedBeatAnswer>('feed:beat', beat).catch(() => null);
    if (answer?.ok === true) this.#rttMs = performance.now() - began;
  }
}
