import { SpecError } from '../source.js';

/** What is simulated. */
export interface DemoOptions {
  /** Names the race: the same seed gives the same one, record for record. */
  readonly seed: string;
  /** Cars on the grid, 20 to 60. */
  readonly cars: number;
  /** How long the race is, in minutes. */
  readonly minutes: number;
  /** Practice and qualifying before the race, as one evening of one show. */
  readonly evening: boolean;
}

const USE = 'write demo[:SEED][,cars=20…60][,minutes=3…1440][,evening], such as demo:7,cars=60,minutes=90';

/**
 * Reads what follows `demo:` in a SPEC.
 * @throws SpecError naming the part that cannot be used.
 */
export function parseDemo(rest: string): DemoOptions {
  const [seed = '', ...parts] = rest.split(',').map((part) => part.trim());
  let options: DemoOptions = { seed: seed === '' ? '1' : seed, cars: 32, minutes: 30, evening: false };
  if (options.seed.length > 40)
    throw new SpecError(`The seed of a demo has ${seed.length} characters, 40 at most: ${USE}`);
  for (const part of parts) {
    const [name, value = ''] = part.split('=');
    if (name === 'evening' && value === '') options = { ...options, evening: true };
    else if (name === 'cars') options = { ...options, cars: wholeNumber(part, value, 20, 60) };
    else if (name === 'minutes') options = { ...options, minutes: wholeNumber(part, value, 3, 1_440) };
    else throw new SpecError(`"${part}" is not an option of the demo: ${USE}`);
  }
  return options;
}

function wholeNumber(part: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= max) return number;
  throw new SpecError(`"${part}" is not a whole number from ${min} to ${max}: ${USE}`);
}
