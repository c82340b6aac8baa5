import { describe, expect, it } from 'vitest';
import { driverCard } from './driver-card.js';
import { fieldOf } from './testing/field.js';

const CLASSES = [
  { id: 'p', name: 'Prototype', color: null },
  { id: 'gt', name: 'GT', color: '#123456' },
];
const MEASURED = { position: 'measured', gap: 'measured', bestLap: 'measured', sectors: 'measured' } as const;

describe('the lower third of a car', () => {
  it('says who it is, with the cars ahead and behind', () => {
    const field = fieldOf([{}, { intervalMs: 1_284, lastLapMs: 90_500, bestLapMs: 90_000 }, { intervalLaps: 1 }]);
    expect(driverCard(field, 1)).toMatchObject({
      carNumber: '11',
      name: 'Driver 11',
      about: '',
      className: null,
      position: '2',
      overall: null,
      stateWord: null,
      lastLap: { text: '1:30.500', mark: '' },
      bestLap: { text: '1:30.000' },
      ahead: { carNumber: '10', gap: { text: '+1.284', isEstimated: false } },
      behind: { carNumber: '12', gap: { text: '1 L' } },
      crew: [],
    });
    expect(driverCard(field, 0)?.ahead).toBeNull();
    expect(driverCard(field, 2)?.behind).toBeNull();
    expect(driverCard(field, 9)).toBeNull();
  });

  it('says where it started and what it has gained since', () => {
    const start = (gridPosition: number | null) => driverCard(fieldOf([{}, {}, { gridPosition }]), 2)?.start;
    expect(start(8)).toMatchObject({ grid: 'P8', gained: { text: '▲5', tone: 'personal' } });
    expect(start(1)).toMatchObject({ gained: { text: '▼2', tone: 'slower' } });
    expect(start(3)).toMatchObject({ gained: { text: '=' } });
    expect(start(null)).toBeNull();
  });

  it('compares a car with its class where there are several', () => {
    const field = fieldOf([
      { class: 'gt', classPosition: 1 },
      { class: 'p', classPosition: 1, intervalMs: 100 },
      { class: 'gt', classPosition: 2, intervalMs: 200, classIntervalMs: 300 },
    ]);
    const inClasses = { ...field, session: { ...field.session, classes: CLASSES } };
    expect(driverCard(inClasses, 2)).toMatchObject({
      className: 'GT',
      colour: '#123456',
      position: '2',
      overall: 'P3 overall',
      ahead: { carNumber: '10', gap: { text: '+0.300' } },
      behind: null,
    });
    expect(driverCard(inClasses, 0)?.overall).toBeNull();
  });

  it('marks what is estimated, and gives an estimated lap no mark of a best', () => {
    const field = fieldOf([
      {},
      {
        intervalMs: 1_284,
        lastLapMs: 90_512,
        lastLapMark: 'session',
        provenance: { ...MEASURED, interval: 'estimated', lastLap: 'estimated' },
      },
    ]);
    expect(driverCard(field, 1)).toMatchObject({
      lastLap: { text: '~1:30.5', isEstimated: true, tone: 'plain', mark: '' },
      ahead: { gap: { text: '~1.2', isEstimated: true } },
    });
  });

  it('names the driver of a team’s car, its model, and a crew of several', () => {
    const field = fieldOf([{}]);
    const [info] = field.entries;
    if (info === undefined) throw new Error('There is no car.');
    const of = (more: object) => driverCard({ ...field, entries: [{ ...info, ...more }] }, 0);
    const team = { name: 'Red Team', teamName: 'Red Team', driver: 'Ada', carModel: 'Vortex GT3' };
    expect(of({ ...team, crew: ['Bob', 'Ada'] })).toMatchObject({
      name: 'Ada',
      about: 'Red Team · Vortex GT3',
      crew: [
        { name: 'Bob', isDriving: false },
        { name: 'Ada', isDriving: true },
      ],
    });
    expect(of({ ...team, crew: ['Ada'] })?.crew).toEqual([]);
    expect(of({ name: 'Red Team', driver: 'Ada' })?.about).toBe('Red Team');
    expect(of({ driver: null })?.name).toBe('Driver 10');
  });

  it('has a word for a car that does not race; one whose driver changes in its box is in the pits', () => {
    const word = (of: object) => driverCard(fieldOf([of]), 0)?.stateWord;
    expect(word({ status: 'pit', inPit: true })).toBe('PIT');
    expect(word({ status: 'notInWorld', inPit: true })).toBe('PIT');
    expect(word({ status: 'retired', officialStatus: 'Did Not Finish' })).toBe('DNF');
    expect(word({ status: 'finished' })).toBeNull();
    expect(word({ status: 'slow' })).toBeNull();
  });
});
