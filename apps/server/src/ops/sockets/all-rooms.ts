import type { OpsRooms } from '@okboxbox/protocol';
import type { RoomSweep } from '../../edge/gateway/room-sweep.js';
import type { EdgeSockets } from './edge-sockets.js';

/** Leaks that an answer names; all are counted. */
const MOST_NAMED = 50;

/** The rooms of this process and of all edges, as the newest sweep of each has found them. */
export class AllRooms {
  readonly #own: RoomSweep;
  readonly #edges: EdgeSockets | null;

  constructor(own: RoomSweep, edges: EdgeSockets | null) {
    this.#own = own;
    this.#edges = edges;
  }

  /** Joins and leaves are told of by edges as they happen: this process has counted all. */
  get found(): OpsRooms {
    const own = this.#own.found;
    const all = [own, ...(this.#edges?.rooms() ?? [])];
    const sum = (figure: (each: OpsRooms) => number) => all.reduce((so, each) => so + figure(each), 0);
    const swept = all.flatMap(({ sweptAt }) => sweptAt ?? []);
    return {
      ...own,
      rooms: sum(({ rooms }) => rooms),
      memberships: sum(({ memberships }) => memberships),
      sweptAt: swept.length === 0 ? null : Math.max(...swept),
      leaked: all.flatMap(({ leaked }) => leaked).slice(0, MOST_NAMED),
      leakedCount: sum(({ leakedCount }) => leakedCount),
      repairedTotal: sum(({ repairedTotal }) => repairedTotal),
    };
  }

  /** Sweeps all rooms, here and at every edge. */
  async sweep(): Promise<void> {
    await Promise.all([this.#own.sweep(), this.#edges?.sweepRooms()]);
  }

  close(): void {
    this.#own.close();
  }
}
