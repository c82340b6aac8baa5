import type { DemoCar } from './demo-car.js';
import type { Random } from './random.js';

/** So close behind another, in laps, a car is held up by it; closer than the second it brakes. */
const HELD_UP = 0.0028;
const TOUCHING = 0.0012;
/** A car that has begun to pass has so long for it, in s. */
const PASSING_S = 7;
/** Chance a second of getting past: a faster class, and at most for an equal car. */
const FASTER_CLASS = 0.8;
const SAME_CLASS = 0.5;
/** Laps a second under caution: the leader, and those who catch up. */
const CAUTION_SPEED = 0.4 / 103;
const CATCHING_SPEED = 0.62 / 103;
const BUNCHED = 0.006;

/** Moves cars on the track by a step: nobody drives through another, and getting past takes an opportunity. */
export class Traffic {
  readonly #cars: readonly DemoCar[];
  readonly #random: Random;
  /** Cars by their place on the lap, the furthest round first; kept from step to step, since it hardly changes. */
  readonly #ring: DemoCar[];

  constructor(cars: readonly DemoCar[], random: Random) {
    this.#cars = cars;
    this.#random = random;
    this.#ring = [...cars];
  }

  /** `leader` is who sets the speed under caution; `null` where there is none. */
  step(now: number, dt: number, leader: DemoCar | null): void {
    this.#sort();
    const driving = this.#ring.filter((car) => car.doing.doing === 'driving');
    for (const car of this.#cars) if (car.doing.doing !== 'driving') car.speed = car.freeSpeed(now);
    for (let i = 0; i < driving.length; i++) {
      const car = driving[i] as DemoCar;
      const ahead = driving[(i + driving.length - 1) % driving.length] as DemoCar;
      const free = car.freeSpeed(now);
      const gap = (ahead.fraction - car.fraction + 1) % 1;
      car.speed =
        leader === null ? this.#raced(car, ahead, gap, free, now, dt) : neutral(car, ahead, gap, free, leader);
    }
    for (const car of this.#cars) car.progress += car.speed * dt;
  }

  #raced(car: DemoCar, ahead: DemoCar, gap: number, free: number, now: number, dt: number): number {
    if (car === ahead || gap > HELD_UP || free <= ahead.speed) return free;
    if (car.passing !== null && car.passing.car === ahead.entry.car && now < car.passing.until) return free;
    const faster = ahead.entry.lapS / car.entry.lapS;
    const quicker = (ahead.entry.lapS * ahead.driver.pace) / (car.entry.lapS * car.driver.pace) - 1;
    const chance = faster > 1.02 ? FASTER_CLASS : Math.min(SAME_CLASS, Math.max(0.015, quicker * 40));
    if (this.#random.next() < chance * dt) {
      car.passing = { car: ahead.entry.car, until: now + PASSING_S };
      return free;
    }
    return gap < TOUCHING ? ahead.speed * 0.96 : Math.min(free, ahead.speed);
  }

  #sort(): void {
    const ring = this.#ring;
    for (let i = 1; i < ring.length; i++) {
      const car = ring[i] as DemoCar;
      let j = i - 1;
      for (; j >= 0 && (ring[j] as DemoCar).fraction < car.fraction; j--) ring[j + 1] = ring[j] as DemoCar;
      ring[j + 1] = car;
    }
  }
}

function neutral(car: DemoCar, ahead: DemoCar, gap: number, free: number, leader: DemoCar): number {
  if (car === leader || car === ahead) return Math.min(free, CAUTION_SPEED);
  return Math.min(free, gap > BUNCHED ? CATCHING_SPEED : gap < TOUCHING ? 0 : CAUTION_SPEED);
}
