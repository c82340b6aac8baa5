import type { EntryInfo, FeedSession } from '@okboxbox/protocol';
import { chance, shuffled } from './chance.js';
import { DEMO_SHAPE } from './demo-shape.js';

/** The classes of the demo race, the fastest first. */
export const DEMO_CLASSES = [
  { id: '1', name: 'GTP', color: '#e5484d', lapS: 96, share: 0.25, models: ['Cadillac V-Series.R', 'Porsche 963'] },
  { id: '2', name: 'LMP2', color: '#3e8bff', lapS: 103, share: 0.3, models: ['Dallara P217'] },
  {
    ...{ id: '3', name: 'GT3', color: '#f2a93b', lapS: 112, share: 0.45 },
    models: ['BMW M4 GT3', 'Ferrari 296 GT3', 'Mercedes-AMG GT3'],
  },
] as const;

const NUMBERS = [
  ...['4', '11', '16', '22', '7', '63', '81', '5', '44', '27', '18', '90', '33', '14', '77', '10', '31', '23', '2'],
  ...['99', '007', '0', '888', '1024', '55', '71', '36', '48', '92', '25', '64', '83', '59', '111', '20', '38', '6'],
  ...['8', '51', '54', '911', '46', '28', '95', '61', '34', '85', '9', '12', '60', '88', '13', '45', '021', '70'],
  ...['97', '35', '29', '15', '66'],
];
const SURNAMES = [
  ...['Lindqvist', 'Okafor', 'Brandt', 'Moreau', 'Tanaka', 'Novak', 'Silva', 'Haugen', 'Rossi', 'Whitfield'],
  ...['Kowalczyk', 'Aydin', 'Laine', 'Duarte', 'Petrenko', 'Nguyen', 'Fischer', 'Adeyemi', 'Bianchi', 'Sørensen'],
  ...['Müller', 'García', 'Ivanov', 'Yılmaz', 'Björk', 'Costa', 'Dupont', 'Ekström', 'Ferreira', 'Grant', 'Hansen'],
  ...['Ito', 'Jansen', 'Kaur', 'Li', 'Marsh', 'Nakamura', 'O’Connor', 'Patel', 'Quinn', 'Reyes', 'Schmidt', 'Tran'],
  ...['Ueda', 'Virtanen', 'Weber', 'Xu', 'Young', 'Zhang', 'Almeida', 'Becker', 'Castro', 'Dvořák', 'Eriksen', 'Fu'],
];
/** Names that do not fit anywhere at their full width. */
const LONG_NAMES = [
  'Maximilian von Hohenstein-Wittelsbach',
  'María Fernanda Castellanos-Rivera',
  'Christoforos Papadopoulos-Michaelides',
];
const TEAMS = [
  ...['Northlight Racing', 'Apex Hunters', 'Team Aurora', 'Blue Flag Society', 'Kerbside Motorsport'],
  ...['Scuderia Vecchia Strada', 'Redline Endurance', 'Lakeside Sim Sport', 'The Gentlemen Drivers’ Association'],
  ...['Vortex', 'Old Pit Lane Irregulars', 'Late Brakers United', 'Hexagon Competition'],
];

/** A car of the demo race before it has started. */
export interface DemoEntry extends Omit<EntryInfo, 'driver' | 'officialStatus' | 'crew'> {
  readonly class: string;
  readonly carModel: string;
  /** All who drive it, in the order that they do. */
  readonly crew: readonly string[];
  /** Of a lap at the pace of the car, in s. */
  readonly lapS: number;
}

/** The cars that a seed makes, in the order of the grid. */
export function rosterOf(seed: number, cars: number): readonly DemoEntry[] {
  const numbers = shuffled(seed, NUMBERS);
  const names = shuffled(seed + 1, SURNAMES).map((name, i) => `${'ABCDEFGHJKLMNOPRSTVW'[(i * 7) % 20]}. ${name}`);
  const teams = shuffled(seed + 2, TEAMS);
  const classes = classesOf(cars);
  return Array.from({ length: cars }, (_, car) => {
    const of = classes[car] ?? DEMO_CLASSES[2];
    const isLong = car % 8 === 2;
    const first = isLong ? (LONG_NAMES[Math.floor(car / 8) % LONG_NAMES.length] ?? '') : (names[car % 55] ?? '');
    const hasCrew = car % 3 === 1;
    const crew = hasCrew ? [first, ...[17, 31].map((by) => names[(car + by) % 55] ?? '')] : [first];
    const team = teams[car % teams.length] ?? '';
    return {
      car,
      carNumber: numbers[car] ?? String(100 + car),
      name: hasCrew ? (car >= teams.length ? `${team} ${Math.floor(car / teams.length) + 1}` : team) : first,
      teamName: hasCrew ? team : null,
      class: of.id,
      carModel: of.models[car % of.models.length] ?? '',
      crew,
      lapS: of.lapS * (1 + 0.012 * chance(seed, car, 5)),
    };
  });
}

/** The facts of the demo race's session. */
export const DEMO_SESSION: FeedSession = {
  sessionId: 'demo',
  show: 'demo',
  status: 'live',
  sim: 'demo',
  type: 'race',
  track: 'Monza',
  trackConfig: 'Grand Prix',
  sectorStarts: [0, 0.31, 0.66],
  shape: DEMO_SHAPE,
  limitLaps: 24,
  limitTimeS: null,
  classes: DEMO_CLASSES.map(({ id, name, color }) => ({ id, name, color })),
  positionsDerived: false,
  startedAt: 0,
};

/** The class of each place of the grid: the faster classes start first. */
function classesOf(cars: number): readonly (typeof DEMO_CLASSES)[number][] {
  const faster = DEMO_CLASSES.slice(0, 2).flatMap((of) =>
    Array.from({ length: Math.round(cars * of.share) }, () => of),
  );
  return [...faster, ...Array.from({ length: Math.max(0, cars - faster.length) }, () => DEMO_CLASSES[2])];
}
