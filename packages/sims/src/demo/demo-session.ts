import type { MessageLine, SessionPhase, SessionType } from '@okboxbox/protocol';
import { DemoCar, NEVER } from './demo-car.js';
import { Traffic } from './driving.js';
import type { DemoEntry } from './field.js';
import { drawIncidents, type Incident } from './incidents.js';
import type { Random } from './random.js';
import { PIT_ENTRY, PIT_EXIT } from './track.js';

/** Steps of the simulation a second, whatever the rate of frames. */
export const STEPS_HZ = 20;
const DT = 1 / STEPS_HZ;
const GRID_S = 15;
const COOLDOWN_S = 10;
/** How long after the chequered flag cars may still finish, in s. */
const LATEST_FINISH_S = 180;
/** Places where a car may be taken off the track: not near the line or the pits. */
const CLEAR_OF_PITS = [0.1, 0.85] as const;

const PENALTIES = [
  'Drive-through: speeding in the pit lane',
  'Five seconds: track limits',
  'Warning: unsafe rejoin',
] as const;

export interface DemoSessionPlan {
  readonly type: SessionType;
  readonly lengthS: number;
  readonly field: readonly DemoEntry[];
  /** Cars in the order of the grid; in practice and qualifying of no meaning. */
  readonly grid: readonly number[];
}

/** One simulated session, step by step. Nothing in it depends on the rate at which somebody looks. */
export class DemoSession {
  readonly plan: DemoSessionPlan;
  readonly cars: readonly DemoCar[];
  now = 0;
  phase: SessionPhase;
  /** Messages of race control since they were last taken. */
  messages: MessageLine[] = [];
  /** Raised whenever somebody else drives a car. */
  crew = 0;
  isOver = false;
  readonly #random: Random;
  readonly #traffic: Traffic;
  readonly #incidents: Incident[];
  #cautionUntil = 0;
  #yellowUntil = 0;
  #checkeredAt: number | null = null;
  #finished = 0;

  constructor(plan: DemoSessionPlan, random: Random) {
    this.plan = plan;
    this.#random = random;
    const isRace = plan.type === 'race';
    this.phase = isRace ? 'grid' : 'racing';
    this.cars = plan.field.map((entry) => {
      const slot = plan.grid.indexOf(entry.car);
      return new DemoCar(entry, entry.car, isRace ? -0.004 - 0.0016 * slot : 0);
    });
    for (const [i, car] of this.cars.entries()) {
      car.position = plan.grid.indexOf(car.entry.car) + 1;
      car.beginLap(random);
      if (isRace) {
        car.nextStopAt = this.#stopAfter(GRID_S);
      } else {
        // The evening begins in the box, and not everybody goes out at once.
        car.progress = car.box - 1;
        car.doing = { doing: 'inBox', until: 5 + i * 1.5 + random.between(0, 60), swapFrom: NEVER, swapTo: NEVER };
      }
    }
    this.#traffic = new Traffic(this.cars, random);
    this.#incidents = isRace ? drawIncidents(GRID_S, plan.lengthS, plan.field.length, random) : [];
    this.#rank();
  }

  get flags(): readonly string[] {
    if (this.#checkeredAt !== null) return ['checkered'];
    if (this.phase === 'grid') return [];
    if (this.now < this.#cautionUntil) return ['caution'];
    if (this.now < this.#yellowUntil) return ['yellow'];
    const lastLap = this.plan.type === 'race' && this.remainingS < 100 && this.remainingS > 0;
    return lastLap ? ['green', 'white'] : ['green'];
  }

  /** Seconds until the chequered flag is shown; 0 after. */
  get remainingS(): number {
    const begin = this.plan.type === 'race' ? GRID_S : 0;
    return Math.max(0, begin + this.plan.lengthS - this.now);
  }

  /** Cars by place. */
  get order(): readonly DemoCar[] {
    return [...this.cars].sort((a, b) => a.position - b.position);
  }

  step(): void {
    this.now += DT;
    if (this.phase === 'grid') {
      if (this.now < GRID_S) return;
      this.phase = 'racing';
      for (const car of this.cars) car.launchedAt = this.now;
    }
    while (this.#incidents[0] !== undefined && this.#incidents[0].at <= this.now) {
      if (!this.#happens(this.#incidents[0])) break;
      this.#incidents.shift();
    }
    const before = this.cars.map((car) => car.progress);
    this.#traffic.step(this.now, DT, this.now < this.#cautionUntil ? this.#leader() : null);
    let crossed = false;
    for (const [i, car] of this.cars.entries()) {
      this.#act(car, before[i] ?? 0);
      if (Math.floor(car.progress) > Math.floor(before[i] ?? 0))
        crossed = this.#crosses(car, before[i] ?? 0) || crossed;
    }
    if (crossed) this.#rank();
    this.#end();
  }

  /** The car that leads on the track. */
  #leader(): DemoCar {
    return this.cars.reduce((first, car) => (car.isOnTrack && car.progress > first.progress ? car : first));
  }

  #stopAfter(from: number): number {
    const { lengthS } = this.plan;
    const stint = lengthS < 900 ? lengthS * 0.42 : Math.min(lengthS * 0.4, 3_000);
    return from + stint * this.#random.between(0.8, 1.2);
  }

  /** Pits, boxes, and the ends of what does not last. */
  #act(car: DemoCar, before: number): void {
    const { doing } = car;
    const { now } = this;
    switch (doing.doing) {
      case 'driving': {
        const entry = Math.floor(before) + PIT_ENTRY;
        const wants = now >= car.nextStopAt && car.finish === null && this.#checkeredAt === null;
        if (wants && before < entry && car.progress >= entry) car.doing = { doing: 'toBox' };
        break;
      }
      case 'toBox':
        if (car.fraction >= car.box) this.#stops(car);
        break;
      case 'inBox':
        if (now >= doing.until) {
          car.doing = { doing: 'fromBox' };
          car.nextStopAt = this.plan.type === 'race' ? this.#stopAfter(now) : now + this.#random.between(280, 520);
        }
        break;
      case 'fromBox':
        if (car.fraction >= PIT_EXIT && car.fraction < 0.5) car.drive(now - 3);
        break;
      case 'off':
        if (now >= doing.until) car.drive(now - 4);
        break;
      case 'stopped':
        if (now >= doing.until) {
          car.doing =
            doing.next === 'out' ? { doing: 'out' } : { doing: 'towed', until: now + this.#random.between(20, 40) };
        }
        break;
      case 'towed':
        if (now >= doing.until) {
          car.progress = Math.floor(car.progress) + car.box;
          car.doing = { doing: 'inBox', until: now + this.#random.between(20, 40), swapFrom: NEVER, swapTo: NEVER };
        }
        break;
      case 'out':
        break;
      default:
        doing satisfies never;
    }
  }

  #stops(car: DemoCar): void {
    const { now } = this;
    car.progress = Math.floor(car.progress) + car.box;
    const isRace = this.plan.type === 'race';
    const swaps = isRace && (car.stops % 2 === 1 || this.#random.next() < 0.5);
    const short = this.plan.lengthS < 900;
    const boxS = isRace
      ? this.#random.between(short ? 10 : 24, short ? 18 : 40) + (swaps ? 8 : 0)
      : this.#random.between(60, 150);
    const swapFrom = swaps ? now + 3 : NEVER;
    car.doing = { doing: 'inBox', until: now + boxS, swapFrom, swapTo: swaps ? swapFrom + 8 : NEVER };
    car.serve(swaps);
    if (swaps) this.crew += 1;
  }

  /** A car passes the line; says whether that is of interest to the order. */
  #crosses(car: DemoCar, before: number): boolean {
    const line = Math.floor(car.progress);
    const at = this.now - DT + (DT * (line - before)) / (car.progress - before);
    const began = car.lineAt ?? (line === 1 && this.plan.type === 'race' ? GRID_S : null);
    if (line >= 1 && began !== null) {
      car.lastLapS = at - began;
      if (line > 1 && (car.bestLapS === null || car.lastLapS < car.bestLapS)) car.bestLapS = car.lastLapS;
    }
    car.lineAt = at;
    car.beginLap(this.#random);
    if (this.plan.type === 'race' && line >= 1) this.#finishes(car, at, line);
    return true;
  }

  #finishes(car: DemoCar, at: number, laps: number): void {
    if (this.#checkeredAt === null) {
      const leads = this.cars.every(
        (other) => other === car || other.progress < car.progress || !other.isSeen(this.now),
      );
      if (this.remainingS > 0 || !leads) return;
      this.#checkeredAt = at;
      this.phase = 'checkered';
    }
    if (car.finish !== null) return;
    car.finish = { at, laps };
    this.#finished += 1;
  }

  /** The sim's own places: they change only as cars cross the line. */
  #rank(): void {
    const isRace = this.plan.type === 'race';
    const laps = (car: DemoCar) => car.finish?.laps ?? Math.max(0, Math.floor(car.progress));
    const ranked = [...this.cars].sort((a, b) => {
      if (!isRace) return (a.bestLapS ?? NEVER) - (b.bestLapS ?? NEVER) || a.position - b.position;
      if (a.finish !== null && b.finish !== null) return b.finish.laps - a.finish.laps || a.finish.at - b.finish.at;
      return laps(b) - laps(a) || (a.lineAt ?? NEVER) - (b.lineAt ?? NEVER) || a.position - b.position;
    });
    const inClass = new Map<string, number>();
    for (const [i, car] of ranked.entries()) {
      car.position = i + 1;
      const place = (inClass.get(car.entry.classId) ?? 0) + 1;
      inClass.set(car.entry.classId, place);
      car.classPosition = place;
    }
  }

  #end(): void {
    if (this.plan.type !== 'race') {
      if (this.remainingS > 0) return;
      this.#checkeredAt ??= this.now;
      this.phase = this.now < this.#checkeredAt + 60 ? 'checkered' : 'cooldown';
      this.isOver = this.now >= this.#checkeredAt + 60 + COOLDOWN_S;
      return;
    }
    if (this.#checkeredAt === null) return;
    const running = this.cars.filter((car) => car.doing.doing !== 'out').length;
    const over = this.#finished >= running || this.now > this.#checkeredAt + LATEST_FINISH_S;
    if (this.phase === 'checkered' && over) {
      this.phase = 'cooldown';
      this.#cautionUntil = this.now + COOLDOWN_S;
    }
    this.isOver = this.phase === 'cooldown' && this.now >= this.#cautionUntil;
  }

  /** Makes an incident happen; says whether it could. */
  #happens({ kind }: Incident): boolean {
    const { now } = this;
    const random = this.#random;
    if (this.#checkeredAt !== null) return true;
    if (kind === 'yellow') {
      // A yellow under caution would not be seen.
      if (now < this.#cautionUntil) return false;
      this.#yellowUntil = now + random.between(15, 30);
      return true;
    }
    if (kind === 'caution') {
      this.#cautionUntil = now + Math.min(240, Math.max(60, this.plan.lengthS * 0.12));
      return true;
    }
    const able = this.cars.filter(
      (car) =>
        car.doing.doing === 'driving' &&
        now >= car.blinkUntil &&
        car.entry.car !== OWN_CAR &&
        car.fraction > CLEAR_OF_PITS[0] &&
        car.fraction < CLEAR_OF_PITS[1],
    );
    if (able.length === 0) return false;
    const car = random.pick(able);
    switch (kind) {
      case 'off':
        car.doing = { doing: 'off', until: now + random.between(5, 9) };
        break;
      case 'blink':
        car.blinkUntil = now + random.between(1, 3);
        break;
      case 'disconnect':
        car.doing = { doing: 'towed', until: now + random.between(30, 90) };
        break;
      case 'tow':
        car.doing = { doing: 'stopped', until: now + random.between(8, 15), next: 'towed' };
        break;
      case 'retirement':
        car.doing = { doing: 'stopped', until: now + random.between(10, 20), next: 'out' };
        break;
      case 'penalty':
        this.messages.push({
          kind: 'message',
          capturedAt: 0,
          sessionTime: now,
          car: car.entry.car,
          what: 'penalty',
          text: random.pick(PENALTIES),
        });
        break;
      default:
        kind satisfies never;
    }
    return true;
  }
}

/** The car that the relay's own PC drives. */
export const OWN_CAR = 5;
