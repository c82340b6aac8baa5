import { NOTHING_CUED, unpackRow } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { fieldOf } from './testing/field.js';
import { isOnAir, onAirAt, type TowerChoice, towerRows } from './tower-rows.js';

const CHOICE: TowerChoice = { rows: 20, figure: 'interval', classNamed: null };
const figures = (...given: Parameters<typeof towerRows>) => towerRows(...given).map(({ figure }) => figure);
const FIELD = fieldOf([
  {},
  { intervalMs: 1_284, gapMs: 1_284 },
  { intervalMs: 400, gapMs: 1_684 },
  { intervalLaps: 1, gapLaps: 1 },
]);

describe('the rows of a tower', () => {
  it('stand by position, and give interval or gap as the address asks', () => {
    expect(towerRows(FIELD, CHOICE).map(({ position, carNumber }) => [position, carNumber])).toEqual([
      ['1', '10'],
      ['2', '11'],
      ['3', '12'],
      ['4', '13'],
    ]);
    expect(figures(FIELD, CHOICE)).toEqual(['Leader', '+1.284', '+0.400', '1 L']);
    expect(figures(FIELD, { ...CHOICE, figure: 'leader' })).toEqual(['Leader', '+1.284', '+1.684', '1 L']);
  });

  it('say what a car does instead of racing, the leader’s too', () => {
    const field = fieldOf([
      { inPit: true, status: 'pit' },
      { intervalMs: 100, status: 'stopped' },
      { status: 'retired' },
      { intervalMs: 900, status: 'finished' },
      { status: 'disqualified' },
      { status: 'notInWorld' },
    ]);
    expect(figures(field, CHOICE)).toEqual(['PIT', 'STOP', 'RET', '+0.900', 'DSQ', 'GONE']);
    expect(towerRows(field, CHOICE).map(({ state }) => state)).toEqual([
      ...['pit', 'stopped', 'out', 'finished', 'out', 'out'],
    ]);
  });

  it('say how the results have a car’s race end, by a short form and never by a word that is not known', () => {
    const field = fieldOf([
      { status: 'finished', officialStatus: 'Not classified' },
      { status: 'finished', intervalMs: 900, officialStatus: 'Disconnected' },
      { status: 'retired', officialStatus: 'Did Not Finish' },
      { status: 'retired', officialStatus: 'Radiator' },
      { status: 'notInWorld', officialStatus: 'Did not start' },
      { status: 'disqualified', officialStatus: 'Excluded' },
      { status: 'running', intervalMs: 400, officialStatus: 'Retired' },
      { status: 'pit', inPit: true, officialStatus: 'DNF' },
    ]);
    expect(figures(field, CHOICE)).toEqual(['NC', '+0.900', 'DNF', 'RET', 'DNS', 'DSQ', '+0.400', 'PIT']);
  });

  it('show the best lap of the first in a practice', () => {
    const session = { ...FIELD.session, type: 'practice' } as const;
    const field = fieldOf([{ bestLapMs: 107_309 }, { intervalMs: 210 }], { session });
    expect(figures(field, CHOICE)).toEqual(['1:47.309', '+0.210']);
  });

  it('give the last lap of every car, with the tone of its mark', () => {
    const field = fieldOf([
      { lastLapMs: 90_500, bestLapMs: 90_500, lastLapMark: 'session' },
      { lastLapMs: 91_000 },
      {},
    ]);
    expect(towerRows(field, { ...CHOICE, figure: 'last' }).map(({ figure, tone }) => [figure, tone])).toEqual([
      ['1:30.500', 'best'],
      ['1:31.000', 'plain'],
      ['–', 'plain'],
    ]);
  });

  it('mark what is estimated, in the gap or in the interval, each by itself', () => {
    const { provenance } = unpackRow(FIELD.rows[1] ?? []);
    const estimated = { ...provenance, gap: 'estimated' } as const;
    const field = fieldOf([{}, { gapMs: 1_284, intervalMs: 1_284, provenance: estimated }]);
    const second = (figure: 'leader' | 'interval') => towerRows(field, { ...CHOICE, figure })[1];
    expect(second('leader')).toMatchObject({ figure: '~1.2', isEstimated: true });
    expect(second('interval')).toMatchObject({ figure: '+1.284', isEstimated: false });
  });

  it('say how many places a car has gained since the start, in a class among the cars of the class', () => {
    const cars = [
      { class: 'a', gridPosition: 3 },
      { class: 'b', gridPosition: 1, classPosition: 1 },
      { class: 'a', gridPosition: 2, classPosition: 2 },
      { class: 'b', gridPosition: null, classPosition: 2 },
    ];
    const classes = ['a', 'b'].map((id) => ({ id, name: id, color: null }));
    const session = { ...FIELD.session, classes };
    const gains = (over: Partial<typeof FIELD>, classNamed: string | null = null) =>
      towerRows(fieldOf(cars, { session, ...over }), { ...CHOICE, classNamed }).map(({ gained }) => gained);
    expect(gains({})).toEqual([2, -1, -1, null]);
    expect(gains({}, 'a')).toEqual([1, -1]);
    expect(gains({ clock: { ...FIELD.clock, phase: 'grid' } })).toEqual([null, null, null, null]);
    expect(gains({ session: { ...session, type: 'qualify' } })).toEqual([null, null, null, null]);
  });

  it('have three letters of who drives, the mark of the fastest lap, and say where cars between are left out', () => {
    const field = fieldOf([{}, { bestLapMark: 'session' }, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]);
    const entries = field.entries.map((info) => ({ ...info, driver: info.car === 0 ? 'Zoë van der Meer' : null }));
    const onAir = { ...NOTHING_CUED, driver: { car: 10, until: null } };
    const rows = towerRows({ ...field, entries, onAir }, { ...CHOICE, mode: 'battle' });
    expect(rows[0]?.code).toBe('MEE');
    expect(rows.filter(({ isApart }) => isApart).map(({ position }) => position)).toEqual(['6']);
    expect(
      towerRows(field, CHOICE)
        .filter(({ isFastest }) => isFastest)
        .map(({ car }) => car),
    ).toEqual([1]);
  });

  it('are as many as asked for; a featured car below them takes the last', () => {
    const rows = { ...CHOICE, rows: 2 };
    expect(towerRows(FIELD, rows).map(({ car }) => car)).toEqual([0, 1]);
    const featured = { ...FIELD, onAir: { ...NOTHING_CUED, driver: { car: 3, until: null } } };
    expect(towerRows(featured, rows).map(({ car, isFeatured }) => [car, isFeatured])).toEqual([
      [0, false],
      [3, true],
    ]);
  });

  it('mark the cars of a battle that is on air', () => {
    const onAir = { ...NOTHING_CUED, battle: { cars: [1, 2], until: null } };
    expect(towerRows({ ...FIELD, onAir }, CHOICE).map(({ inBattle }) => inBattle)).toEqual([false, true, true, false]);
  });

  it('mark the car on camera, and none where the camera shows none or nobody says it', () => {
    const onCamera = (camera?: number | null) =>
      towerRows({ ...FIELD, ...(camera !== undefined && { camera }) }, CHOICE).flatMap(({ car, isOnCamera }) =>
        isOnCamera ? [car] : [],
      );
    expect([onCamera(2), onCamera(null), onCamera()]).toEqual([[2], [], []]);
  });

  it('of one class, by its id or its name, have its places, its gaps and no colour', () => {
    const classes = [
      { id: 'a', name: 'GTP', color: '#ff0000' },
      { id: 'b', name: 'GT3', color: '#00ff00' },
    ];
    const field = fieldOf(
      [{ class: 'a' }, { class: 'b', classPosition: 1 }, { class: 'b', classPosition: 2, classIntervalMs: 777 }],
      { session: { ...FIELD.session, classes } },
    );
    expect(towerRows(field, CHOICE).map(({ colour }) => colour)).toEqual(['#ff0000', '#00ff00', '#00ff00']);
    for (const classNamed of ['b', 'gt3']) {
      const rows = towerRows(field, { ...CHOICE, classNamed });
      expect(rows.map(({ position, figure, colour }) => [position, figure, colour])).toEqual([
        ['1', 'Leader', null],
        ['2', '+0.777', null],
      ]);
    }
  });
});

describe('what is on air', () => {
  it('leaves by itself at its instant, as the picture counts', () => {
    expect(isOnAir({ until: 1_000 }, 999)).toBe(true);
    expect(isOnAir({ until: 1_000 }, 1_000)).toBe(false);
    expect(isOnAir({ until: null }, 5_000)).toBe(true);
    expect(isOnAir(null, 0)).toBe(false);
    const onAir = { ...NOTHING_CUED, driver: { car: 1, until: 1_000 } };
    expect(onAirAt(onAir, 1_500)).toEqual(NOTHING_CUED);
  });
});
