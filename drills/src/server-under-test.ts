import type { FindingsAnswer, OpsSession, OpsSocket, OpsSummary, Role } from '@okboxbox/protocol';
import { Client, type ClientOptions, type Join } from './client.js';
import { until } from './running.js';

/** How a client comes: by which address, and whether it is a script, which sends no heartbeats. */
interface Way {
  readonly url?: string;
  readonly isScript?: boolean;
}

/** The show that drills are about. */
export const SHOW = 'local';

/** A server that runs somewhere, as its clients and operators reach it. */
export class ServerUnderTest {
  readonly url: string;
  readonly #tokenOf: (role: Role) => Promise<string>;
  readonly #clients = new Set<Client>();

  constructor(url: string, tokenOf: (role: Role) => Promise<string>) {
    this.url = url;
    this.#tokenOf = tokenOf;
  }

  /** A token of a role; of somebody else's server always the one that was given. */
  token(role: Role): Promise<string> {
    return this.#tokenOf(role);
  }

  /** Connects a client, with a token of this role, or without one. @throws Error where it is refused */
  async connect(
    kind: ClientOptions['kind'],
    role: Role | null,
    surface?: string,
    { url = this.url, isScript = false }: Way = {},
  ): Promise<Client> {
    const token = role === null ? null : await this.token(role);
    const client = await Client.connect(url, { kind, token, isScript, ...(surface !== undefined && { surface }) });
    this.#clients.add(client);
    return client;
  }

  /** The same, joined to the show; `way` where it reaches the server on another one. @throws Error where it is not let in */
  async viewer(kind: ClientOptions['kind'], role: Role | null, join: Partial<Join> = {}, way?: Way): Promise<Client> {
    const client = await this.connect(kind, role, undefined, way);
    const answer = await client.join({ show: SHOW, audience: 'live', ...join });
    if (answer.ok) return client;
    this.leave(client);
    throw new Error(`The ${kind} was not let in: ${answer.error.message}`);
  }

  /** A director's call on the show. @throws Error where it is refused */
  async direct(event: string, input: object): Promise<void> {
    const director = await this.connect('director', 'director');
    const answer = await director.call(event, { show: SHOW, ...input });
    this.leave(director);
    if (!answer.ok) throw new Error(`${event} was refused: ${answer.error.message}`);
  }

  /** Closes a client's connection. */
  leave(client: Client): void {
    client.close();
    this.#clients.delete(client);
  }

  /** A call of operations. @throws Error with what the server says where it refuses */
  async get<T>(path: string): Promise<T> {
    return this.#call(path, {});
  }

  async post<T>(path: string, body: object): Promise<T> {
    return this.#call(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  }

  /** Begins or ends a fault in the server; it must run with `DRILLS_ENABLED`. */
  async fault(fault: string, on: boolean): Promise<void> {
    await this.post(`/api/drills/${fault}`, { on });
  }

  findings(): Promise<FindingsAnswer> {
    return this.get('/api/ops/findings');
  }

  summary(): Promise<OpsSummary> {
    return this.get('/api/ops/summary');
  }

  async sessions(): Promise<readonly OpsSession[]> {
    return (await this.get<{ sessions: OpsSession[] }>('/api/ops/sessions')).sessions;
  }

  async sockets(query: string): Promise<readonly OpsSocket[]> {
    return (await this.get<{ sockets: OpsSocket[] }>(`/api/ops/sockets?${query}`)).sockets;
  }

  /** The session that runs, once frames of it come. */
  running(): Promise<OpsSession> {
    return until('frames of a session come in', async () => {
      const [session] = (await this.sessions()).filter(({ status, isStale }) => status === 'live' && !isStale);
      return session !== undefined && session.framesPerSec > 0 ? session : null;
    });
  }

  /** Closes all clients. */
  closeClients(): void {
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  async #call<T>(path: string, init: RequestInit): Promise<T> {
    const authorization = `Bearer ${await this.token('admin')}`;
    const response = await fetch(`${this.url}${path}`, { ...init, headers: { ...init.headers, authorization } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}
