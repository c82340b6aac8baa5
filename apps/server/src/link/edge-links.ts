import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ConnectedEdge, type EdgeLinksDeps, FarEdge } from './far-edge.js';
import {
  CLOCK_EVERY_MS,
  type FromOwner,
  LINK_KEY_HEADER,
  LINK_NAME_HEADER,
  LINK_PATH,
  type ShowPresence,
} from './link-messages.js';
import type { SocketOrder, SocketReport } from './socket-reports.js';

/** Largest message of an edge: what directors send, and who watches. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/**
 * The owner's side of its edges in other processes: each is sent the channel, the directory, share links and revoked
 * tokens, all in one order, and asks what it cannot know. They connect to a socket of this machine and show their key.
 */
export class EdgeLinks {
  readonly #deps: EdgeLinksDeps;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  readonly #edges = new Set<FarEdge>();
  readonly #listeners = new Set<(name: string, what: 'connected' | 'gone') => void>();
  readonly #socketListeners = new Set<(edge: string, reports: readonly SocketReport[]) => void>();
  readonly #stops: (() => void)[];
  readonly #clock: NodeJS.Timeout;
  #traced: readonly string[] = [];

  constructor(deps: EdgeLinksDeps) {
    this.#deps = deps;
    deps.shows.onChange(({ show, links }) => this.#tell({ kind: 'links', show, links }));
    deps.revoked.onRevoked((jti) => this.#tell({ kind: 'revoked', jtis: [jti] }));
    this.#stops = [deps.acts.onActed((show) => this.#tell({ kind: 'acted', show }))];
    this.#clock = setInterval(() => {
      this.#tell({ kind: 'clock', now: deps.clock.now() });
      for (const edge of this.#edges) edge.unanswered += 1;
    }, CLOCK_EVERY_MS);
    this.#clock.unref();
  }

  /** Takes edges that connect to a server of this machine. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url !== LINK_PATH) return;
      if (!isKey(request.headers[LINK_KEY_HEADER], this.#deps.key)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (line) => this.#add(line, request));
    });
  }

  /** Calls a listener when an edge has all that there is, and when it is gone. */
  onEdge(listener: (name: string, what: 'connected' | 'gone') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The edges that are connected. */
  list(): ConnectedEdge[] {
    return [...this.#edges].map((edge) => edge.look());
  }

  /** How many clock messages in a row an edge has not answered; 0 where none of that name is connected. */
  unanswered(name: string): number {
    return [...this.#edges].find((edge) => edge.name === name)?.unanswered ?? 0;
  }

  /** Who watches a show at all edges. */
  watchers(show: string): ShowPresence {
    const found = [...this.#edges].flatMap(({ shows }) => shows.get(show) ?? []);
    return {
      watchers: found.flatMap(({ watchers }) => watchers),
      publicViewers: found.reduce((sum, { publicViewers }) => sum + publicViewers, 0),
    };
  }

  /** How many connections came by a link, at all edges. */
  viewersOfLink(code: string): number {
    return [...this.#edges].reduce((sum, { links }) => sum + (links.get(code) ?? 0), 0);
  }

  /** Calls a listener with what an edge reports of its connections; returns the way to stop. */
  onSockets(listener: (edge: string, reports: readonly SocketReport[]) => void): () => void {
    this.#socketListeners.add(listener);
    return () => this.#socketListeners.delete(listener);
  }

  /** Has all edges tell what becomes of each message of these sessions, and of no others. */
  trace(sessionIds: readonly string[]): void {
    if (sessionIds.join() === this.#traced.join()) return;
    this.#traced = sessionIds;
    this.#tell({ kind: 'traced', sessionIds });
  }

  /** Has an edge do something to a connection; `null` where no edge of that name is connected, or it goes meanwhile. */
  async order(edge: string, order: SocketOrder): Promise<unknown> {
    return (await [...this.#edges].find(({ name }) => name === edge)?.order(order)) ?? null;
  }

  close(): void {
    clearInterval(this.#clock);
    for (const stop of this.#stops) stop();
    for (const edge of this.#edges) edge.close();
    this.#server.close();
  }

  #tell(message: FromOwner): void {
    if (this.#edges.size === 0) return;
    const text = JSON.stringify(message);
    for (const edge of this.#edges) edge.send(text);
  }

  #add(line: WebSocket, request: IncomingMessage): void {
    const name = String(request.headers[LINK_NAME_HEADER] ?? 'edge');
    const edge = new FarEdge(name, line, this.#deps, (reports) => {
      for (const listener of this.#socketListeners) listener(name, reports);
    });
    this.#edges.add(edge);
    line.on('close', () => {
      this.#edges.delete(edge);
      edge.close();
      for (const listener of this.#listeners) listener(name, 'gone');
    });
    edge.begin();
    if (this.#traced.length > 0)
      edge.send(JSON.stringify({ kind: 'traced', sessionIds: this.#traced } satisfies FromOwner));
    for (const listener of this.#listeners) listener(name, 'connected');
  }
}

function isKey(given: string | string[] | undefined, key: string): boolean {
  const [a, b] = [Buffer.from(String(given ?? '')), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
