import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { SourceRecord } from '@okboxbox/protocol';
import type { PaceClock } from '../../pace.js';
import type { SimState, Source } from '../../source.js';
import { sharedData } from '../../testing/shared-data.js';
import { openLive, type SimLink } from '../live-source.js';
import type { SimMessage } from '../sim-camera.js';
import { type MovingCars, movingCarsRow, movingCarsText } from './moving-cars.js';
import { type RowValues, SimStandIn } from './sim-stand-in.js';

/** A real image of the sim's memory, whose layout the stand-in keeps. */
export const IMAGE = 'iracing/memory/2024.bin.gz';
const image = () => new Uint8Array(gunzipSync(readFileSync(sharedData(IMAGE))));
/** The sim writes a row so often, in ms. */
const TICK_MS = 1000 / 60;

/**
 * A sim that runs by a driven clock: a wait moves time on, and the sim writes its rows meanwhile. `plan` is what
 * happens when, in ms.
 */
export class DrivenSim implements SimLink, PaceClock {
  readonly sim = new SimStandIn(image());
  readonly states: SimState[] = [];
  readonly troubles: string[] = [];
  /** What its window was sent. */
  readonly heard: SimMessage[] = [];
  /** The source that reads it, once it runs. */
  source: Source | null = null;
  cars: MovingCars = { cars: 5, subSessionId: 77 };
  /** What a row shows besides, `sessionTime` seconds into the session. */
  besides: (sessionTime: number) => RowValues = () => ({});
  isThere = true;
  isWriting = true;
  clockStands = false;
  opened = 0;
  #now = 0;
  #ticks = 0;
  #sessionTime = 0;
  readonly #plan: [at: number, what: () => void][];

  constructor(plan: Readonly<Record<number, () => void>> = {}) {
    this.#plan = Object.entries(plan).map(([at, what]) => [Number(at), what]);
    this.sim.setText(movingCarsText(this.cars));
    this.sim.isConnected = true;
  }

  set sessionTime(seconds: number) {
    this.#sessionTime = seconds;
  }

  now(): number {
    return this.#now;
  }

  async wait(ms: number): Promise<void> {
    const until = this.#now + ms;
    while (this.#nextTick <= until) this.#tick();
    this.#now = Math.max(this.#now, until);
  }

  open() {
    if (!this.isThere) return null;
    this.opened += 1;
    return {
      bytes: this.sim.bytes,
      nextRow: async (ms: number) => {
        if (this.#nextTick > this.#now + ms) await this.wait(ms);
        else this.#tick();
      },
      close: () => undefined,
    };
  }

  send(message: SimMessage): void {
    this.heard.push(message);
  }

  /** Records until `ms` have gone by. */
  async run(ms: number, hz = 10): Promise<SourceRecord[]> {
    const stop = new AbortController();
    this.#plan.push([ms, () => stop.abort()]);
    const records: SourceRecord[] = [];
    const source = openLive(this, 'iracing', () => hz, this);
    this.source = source;
    const options = {
      signal: stop.signal,
      onState: (state: SimState) => this.states.push(state),
      onTrouble: ({ message }: { message: string }) => this.troubles.push(message),
    };
    for await (const record of source.read(options)) records.push(record);
    return records;
  }

  get #nextTick(): number {
    return (this.#ticks + 1) * TICK_MS;
  }

  #tick(): void {
    this.#now = Math.max(this.#now, this.#nextTick);
    this.#ticks += 1;
    for (const due of this.#plan.filter(([at]) => at <= this.#now)) {
      this.#plan.splice(this.#plan.indexOf(due), 1);
      due[1]();
    }
    if (!this.isWriting) return;
    if (!this.clockStands) this.#sessionTime += TICK_MS / 1000;
    const row = movingCarsRow(this.cars, this.#sessionTime, this.sim.count('CarIdxLapDistPct'));
    this.sim.write({ ...row, ...this.besides(this.#sessionTime) });
  }
}
