import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { io, type Socket } from 'socket.io-client';
import { applyChange, type FeedMessage, type FeedPosition, type FeedState } from '../packages/protocol/src/index.js';

/** Edge processes as Linux shows them from outside, and viewers that say which of them they are at. */

/** The edge processes of a server, by its process. */
export function edgesOf(server: number): number[] {
  return childrenOf(server).filter((pid) => commandOf(pid).includes('okboxbox edge'));
}

/** All processes below one that still run. */
export function childrenOf(pid: number): number[] {
  return readOr(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** Whether a process runs: one that has ended and is not yet waited for does not. */
export function isRunning(pid: number): boolean {
  const stat = readOr(`/proc/${pid}/stat`);
  return stat !== '' && !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
}

/** Which of some processes holds the server's end of the connection that a client has from a port of its own. */
export function holderOf(pids: readonly number[], clientPort: number): number | undefined {
  const port = clientPort.toString(16).toUpperCase().padStart(4, '0');
  const row = connections().find(({ remote }) => remote.endsWith(`:${port}`));
  return row && pids.find((pid) => socketsOf(pid).has(row.inode));
}

/** Which of some processes a program is connected to; it has one connection that one of them holds. */
export function holderOfProgram(pids: readonly number[], program: number): number | undefined {
  const own = socketsOf(program);
  const ports = connections().flatMap(({ local, inode }) =>
    own.has(inode) ? [Number.parseInt(local.slice(-4), 16)] : [],
  );
  return ports.map((port) => holderOf(pids, port)).find((pid) => pid !== undefined);
}

function connections(): { local: string; remote: string; inode: string }[] {
  return readOr('/proc/net/tcp')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
      return local === '' ? [] : [{ local, remote, inode }];
    });
}

function socketsOf(pid: number): Set<string> {
  const found = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOr(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) found.add(inode);
    }
  } catch {
    // It has ended, and holds nothing.
  }
  return found;
}

function commandOf(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function linkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

type Joined =
  | (FeedPosition & { readonly ok: true; readonly state: FeedState })
  | { readonly ok: false; readonly error: { readonly code: string } };

/** A viewer that comes back by itself, and has at each moment the state that it was told. */
export class EdgeViewer {
  readonly socket: Socket;
  /** Why its connections were closed, or its session taken from it. */
  readonly closed: string[] = [];
  /** How often it has joined. */
  joins = 0;
  /** Messages that did not follow on the one before. */
  gaps = 0;
  refusal: string | null = null;
  /** How old the youngest instant was that it has been shown, in ms by this machine's clock. */
  leastAgeMs = Number.POSITIVE_INFINITY;
  #position: Omit<FeedPosition, 'at'> | null = null;
  #state: FeedState | null = null;
  #heard = 0;

  constructor(url: string, auth: object, join: object) {
    this.socket = io(url, {
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    });
    this.socket.on('connect', () => {
      this.#position = null;
      // Not awaited: the message behind the answer comes in the same turn.
      this.socket.emit('session:join', join, (answer: Joined) => {
        this.refusal = answer.ok ? null : answer.error.code;
        if (!answer.ok) return;
        this.joins += 1;
        this.#position = { epoch: answer.epoch, seq: answer.seq };
        this.#look(answer);
        this.#state = answer.state;
      });
    });
    this.socket.on('session:withdrawn', () => this.closed.push('withdrawn'));
    this.socket.on('session:closed', ({ reason }) => this.closed.push(reason));
    this.socket.on('feed', (message: FeedMessage) => this.#take(message));
  }

  /** Messages of the feed that it has had. */
  get heard(): number {
    return this.#heard;
  }

  /** Where it is in the feed, and what it shows. */
  seen(): { readonly position: Omit<FeedPosition, 'at'> | null; readonly state: FeedState | null } {
    return { position: this.#position, state: this.#state };
  }

  /** The port of its own end of the connection. */
  get port(): number {
    const { ws } = this.socket.io.engine.transport as unknown as { ws: { _socket: { localPort: number } } };
    return ws._socket.localPort;
  }

  #look({ at }: FeedPosition): void {
    if (at !== null) this.leastAgeMs = Math.min(this.leastAgeMs, Date.now() - at);
  }

  #take(message: FeedMessage): void {
    const { epoch, seq, sessionId: _, ...change } = message;
    this.#look(message);
    // What came on before the join was answered is in its answer.
    if (this.#position === null || this.#state === null || seq <= this.#position.seq) return;
    if (epoch !== this.#position.epoch || seq !== this.#position.seq + 1) this.gaps += 1;
    this.#position = { epoch, seq };
    this.#state = applyChange(this.#state, change);
    this.#heard += 1;
  }
}
