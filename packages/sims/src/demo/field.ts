import type { CarClass, SessionEntry } from '@okboxbox/protocol';
import type { Random } from './random.js';

/** Classes of the simulated race, the fastest first, with their lap time in s and their share of the field. */
const CLASSES = [
  { id: 'p', name: 'Prototype', color: '#ff5888', lapS: 94, share: 0.25 },
  { id: 'gt', name: 'GT', color: '#56b4e9', lapS: 103, share: 0.45 },
  { id: 't', name: 'Touring', color: '#f0e442', lapS: 111, share: 0.3 },
] as const;

const FIRST = [
  'Aino',
  'Björn',
  'Carmen',
  'Dário',
  'Émile',
  'Fumiko',
  'Grace',
  'Håkon',
  'Inés',
  'Jürgen',
  'Kofi',
  'Łukasz',
  'María',
  'Niamh',
  'Oğuz',
  'Priya',
  'Quentin',
  'Renée',
  'Søren',
  'Tomáš',
  'Uma',
  'Věra',
  'Wanjiru',
  'Xiùyīng',
  'Yusuf',
  'Zoë',
] as const;
const LAST = [
  'Almeida',
  'Brännström',
  'Castillo',
  "D'Angelo",
  'Eriksen',
  'Fernández',
  'García-Ruiz',
  'Horváth',
  'Ibrahim',
  'Jónsdóttir',
  'Kowalczyk',
  'Lefèvre',
  'Müller',
  'Nakamura',
  "O'Neill",
  'Petrović',
  'Quispe',
  'Rossi',
  'Šimek',
  'Tanaka',
  'Ünal',
  'van der Berg',
  'Wójcik',
  'Yılmaz',
  'Zieliński',
] as const;
const TEAM = [
  'Apex',
  'Boxenstopp',
  'Chicane',
  'Delta',
  'Echo',
  'Ferrum',
  'Gravel',
  'Hairpin',
  'Inside Line',
  'Kerb',
  'Late Brake',
  'Night Shift',
  'Parabola',
  'Redline',
  'Slipstream',
  'Tarmac',
  'Undercut',
  'Vortex',
] as const;

/** A driver and how fast: `pace` a factor of the class's lap time, `scatter` how far one lap is from the next, both in parts of it. */
export interface DemoDriver {
  readonly id: string;
  readonly name: string;
  readonly pace: number;
  readonly scatter: number;
}

/** A car of the field as it stays through the evening. */
export interface DemoEntry {
  readonly car: number;
  readonly carNumber: string;
  readonly teamName: string;
  readonly classId: string;
  /** Lap time of its class in s. */
  readonly lapS: number;
  readonly drivers: readonly DemoDriver[];
}

export const DEMO_CLASSES: readonly CarClass[] = CLASSES.map(({ id, name, color }) => ({ id, name, color }));

/** Makes the field: cars by class, the fastest class first. */
export function makeField(count: number, random: Random): readonly DemoEntry[] {
  const numbers = new Set<string>();
  return Array.from({ length: count }, (_, car) => {
    let carNumber = '';
    do carNumber = String(1 + random.index(199));
    while (numbers.has(carNumber));
    numbers.add(carNumber);
    const { id, lapS } = classOf((car + 0.5) / count);
    const strength = random.spread() * 0.006;
    return {
      car,
      carNumber,
      teamName: `${random.pick(TEAM)} Racing`,
      classId: id,
      lapS,
      drivers: Array.from({ length: 2 + random.index(2) }, (_driver, i) => ({
        id: `${car}-${i}`,
        name: `${random.pick(FIRST)} ${random.pick(LAST)}`,
        pace: 1 + strength + random.spread() * 0.004,
        scatter: random.between(0.0008, 0.004),
      })),
    };
  });
}

function classOf(place: number): (typeof CLASSES)[number] {
  let sum = 0;
  for (const each of CLASSES) {
    sum += each.share;
    if (place < sum) return each;
  }
  return CLASSES[CLASSES.length - 1] as (typeof CLASSES)[number];
}

/** An entry as in a session record, with the current driver. */
export function entryLine(entry: DemoEntry, driver: DemoDriver): SessionEntry {
  const { car, carNumber, teamName, classId } = entry;
  return { car, carNumber, teamName, classId, driver: { id: driver.id, name: driver.name }, pace: false };
}
