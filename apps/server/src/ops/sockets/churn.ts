import type { BusyClient, SocketChurn } from '@okboxbox/protocol';
import type { Connection } from './socket-registry.js';

/** What came and went counts for this long, in ms, in parts. */
const WINDOW_MS = 10_000;
const PARTS = 5;
const PART_MS = WINDOW_MS / PARTS;
/** Different clients that a part tells apart: of a flood from everywhere nobody needs each. */
const MOST_CLIENTS = 500;
/** The busiest ones that are named, and sockets of each, the newest. */
const NAMED = 3;
const MOST_SOCKETS = 5;

type What = 'connects' | 'disconnects' | 'joins' | 'leaves';
type Client = Pick<Connection, 'role' | 'surface' | 'user' | 'isStranger'>;
type Counts = Record<What, number>;

interface Part {
  readonly at: number;
  readonly all: Counts;
  readonly strangers: Counts;
  readonly byCode: Map<string, number>;
  readonly byClient: Map<string, { readonly client: Client; readonly counts: Counts; socketIds: string[] }>;
}

/**
 * Connections that came and went, and rooms that were joined and left, within the last ten seconds; and whose they were. A
 * client is all connections of a role, surface and user.
 */
export class ChurnWatch {
  #parts: Part[] = [];

  /** A connection came, or entered or left a room. */
  add(what: Exclude<What, 'disconnects'>, client: Client, socketId: string, now: number): void {
    this.#count(this.#part(now), what, client, socketId);
  }

  /** A connection is gone, by the code of its reason. */
  gone(code: string, client: Client, socketId: string, now: number): void {
    const part = this.#part(now);
    part.byCode.set(code, (part.byCode.get(code) ?? 0) + 1);
    this.#count(part, 'disconnects', client, socketId);
  }

  look(now: number): SocketChurn {
    const oldest = Math.floor(now / PART_MS) - PARTS;
    const all = none();
    const strangers = none();
    const byCode: Record<string, number> = Object.create(null);
    const byClient = new Map<string, Counts & BusyClient>();
    for (const part of this.#parts) {
      if (part.at <= oldest) continue;
      addTo(all, part.all);
      addTo(strangers, part.strangers);
      for (const [code, count] of part.byCode) byCode[code] = (byCode[code] ?? 0) + count;
      for (const [key, { client, counts, socketIds }] of part.byClient) {
        const { role, surface, user, isStranger } = client;
        const sums = byClient.get(key) ?? none();
        addTo(sums, counts);
        // Sockets of the newest part: they are those that do it now.
        byClient.set(key, { ...sums, role, surface, user, ...(isStranger && { isOfStrangers: true }), socketIds });
      }
    }
    const busiest = [...byClient.values()].sort((a, b) => sumOf(b) - sumOf(a)).slice(0, NAMED);
    return { ...all, byCode, ofStrangers: strangers, busiest };
  }

  #part(now: number): Part {
    const at = Math.floor(now / PART_MS);
    const newest = this.#parts.at(-1);
    if (newest?.at === at) return newest;
    const part: Part = { at, all: none(), strangers: none(), byCode: new Map(), byClient: new Map() };
    this.#parts = [...this.#parts, part].slice(-PARTS - 1);
    return part;
  }

  #count(part: Part, what: What, client: Client, socketId: string): void {
    part.all[what] += 1;
    if (client.isStranger) part.strangers[what] += 1;
    const key = JSON.stringify([client.role, client.surface, client.user]);
    let known = part.byClient.get(key);
    if (known === undefined) {
      if (part.byClient.size >= MOST_CLIENTS) return;
      known = { client, counts: none(), socketIds: [] };
      part.byClient.set(key, known);
    }
    known.counts[what] += 1;
    if (!known.socketIds.includes(socketId)) known.socketIds = [socketId, ...known.socketIds].slice(0, MOST_SOCKETS);
  }
}

function none(): Counts {
  return { connects: 0, disconnects: 0, joins: 0, leaves: 0 };
}

function addTo(sums: Counts, counts: Counts): void {
  sums.connects += counts.connects;
  sums.disconnects += counts.disconnects;
  sums.joins += counts.joins;
  sums.leaves += counts.leaves;
}

function sumOf({ connects, disconnects, joins, leaves }: Counts): number {
  return connects + disconnects + joins + leaves;
}
