import { describe, expect, it } from 'vitest';
import { filledTo, hasClass, TABLE_COLUMNS, tableRows } from './table.js';
import { fieldOf } from './testing/field.js';

const CLASSES = [
  { id: '1', name: 'GT3', color: null },
  { id: '2', name: 'LMP2', color: null },
];
const base = fieldOf([
  { class: '2', gapMs: 0, intervalMs: 0, lastLapMs: 107_309, lapsCompleted: 7, classPosition: 1 },
  { class: '1', gapMs: 1_284, intervalMs: 1_284, status: 'pit', inPit: true, classPosition: 1 },
  { class: '1', gapLaps: 2, intervalMs: 62_310, status: 'retired', officialStatus: 'DNF', classPosition: 2 },
]);
const race = { ...base, session: { ...base.session, classes: CLASSES } };

describe('a table of texts', () => {
  it('has a row for each car by position, with what is not known left empty', () => {
    const rows = tableRows(race);
    expect(rows.map(({ position, gap, interval, status }) => [position, gap, interval, status])).toEqual([
      ['1', '', '', ''],
      ['2', '+1.284', '+1.284', 'PIT'],
      ['3', '2 L', '+1:02.310', 'DNF'],
    ]);
    expect(rows[0]).toMatchObject({ lastLap: '1:47.309', bestLap: '', laps: '7', class: 'LMP2', teamName: '' });
    for (const row of rows) expect(Object.keys(row)).toEqual([...TABLE_COLUMNS]);
  });

  it('is of one class where one is named, by its id or its name', () => {
    expect(tableRows(race, 'gt3').map(({ classPosition }) => classPosition)).toEqual(['1', '2']);
    expect(tableRows(race, '2')).toHaveLength(1);
    expect(tableRows(race, 'none')).toEqual([]);
    expect(['gt3', '2', 'none', 'GT'].map((name) => hasClass(race, name))).toEqual([true, true, false, false]);
  });

  it('has as many rows as are wanted: empty ones behind the last car, and no more cars than that', () => {
    const rows = filledTo(tableRows(race), 5);
    expect(rows).toHaveLength(5);
    expect(Object.values(rows[4] ?? {}).join('')).toBe('');
    expect(filledTo(tableRows(race), 2).map(({ position }) => position)).toEqual(['1', '2']);
  });
});
