import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf } from './entries.js';
import { type EntryFigures, FIGURES, PROGRESS_STEPS, PUBLIC_FIGURES, UNKNOWN_FIGURES } from './figures.js';
import {
  COLUMN_INDEX,
  DRIFTING_COLUMNS,
  packRow,
  ROW_COLUMNS,
  ROW_COLUMNS_PUBLIC,
  type Row,
  unpackRow,
} from './rows.js';
import { anyFigures } from './testing/feeds.js';

const [sample] = fc.sample(anyFigures, { numRuns: 1, seed: 7 });
const figures = (more: Partial<EntryFigures>): EntryFigures => ({ ...(sample as EntryFigures), ...more });
const column = (row: Row, name: keyof typeof COLUMN_INDEX): number | null | undefined => row[COLUMN_INDEX[name]];

describe('rows', () => {
  it('FEED-9: figures come back, times to whole milliseconds and progress to a step', () => {
    fc.assert(
      fc.property(anyFigures, (given) => {
        const { progress, gapMs, ...exact } = unpackRow(packRow(given));
        const { progress: givenProgress, gapMs: givenGap, ...givenExact } = given;
        expect(exact).toEqual(givenExact);
        expect(progress === null).toBe(givenProgress === null);
        expect(gapMs === null).toBe(givenGap === null);
        expect(Math.abs((progress ?? 0) - (givenProgress ?? 0))).toBeLessThanOrEqual(1 / PROGRESS_STEPS + 1e-9);
        expect(Math.abs((gapMs ?? 0) - (givenGap ?? 0))).toBeLessThanOrEqual(0.5);
      }),
      { numRuns: 500 },
    );
  });

  it('FEED-9: an unpacked row packs to the same row', () => {
    fc.assert(
      fc.property(anyFigures, (given) => {
        const row = packRow(given);
        expect(packRow(unpackRow(row))).toEqual(row);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 20_000_000 }), (steps) => {
        expect(column(packRow(figures({ progress: steps / PROGRESS_STEPS })), 'progress')).toBe(steps + 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('FEED-9: a row survives being sent as text', () => {
    fc.assert(
      fc.property(anyFigures, (given) => {
        const row = packRow(given);
        expect(JSON.parse(JSON.stringify(row))).toEqual(row);
      }),
    );
  });

  it('FEED-9: progress rounds down, so that no lap shows as complete too early', () => {
    expect(column(packRow(figures({ progress: 2.99999 })), 'progress')).toBe(29_999);
    expect(column(packRow(figures({ progress: -0.00001 })), 'progress')).toBe(-1);
  });

  it('FEED-9: what is unknown, or no number, is null and never 0', () => {
    for (const unknown of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
      const row = packRow(figures({ gapMs: unknown, progress: unknown, sectorsMs: [unknown] }));
      expect([column(row, 'gapMs'), column(row, 'progress'), row.at(-1)]).toEqual([null, null, null]);
    }
  });

  it('FEED-5: a row has its columns in the order of ROW_COLUMNS, then one for each sector', () => {
    const row = packRow(figures({ position: 3, sectorsMs: [31_000, null, 40_000] }));
    expect(row).toHaveLength(ROW_COLUMNS.length + 3);
    expect(row[0]).toBe(3);
    expect(row.slice(-3)).toEqual([31_000, null, 40_000]);
    expect(ROW_COLUMNS.map((name) => COLUMN_INDEX[name as keyof typeof COLUMN_INDEX])).toEqual(
      ROW_COLUMNS.map((_, i) => i),
    );
  });

  it('FEED-5: the columns are the ones that viewers know, at the places that they know', () => {
    expect(ROW_COLUMNS).toEqual([
      'position',
      'classPosition',
      'status',
      'lap',
      'lapsCompleted',
      'progress',
      'gapMs',
      'gapLaps',
      'intervalMs',
      'intervalLaps',
      'classGapMs',
      'classGapLaps',
      'classIntervalMs',
      'classIntervalLaps',
      'lastLapMs',
      'bestLapMs',
      'lapMarks',
      'pitStops',
      'stintLaps',
      'trendMs',
      'battle',
      'provenance',
    ]);
  });

  it('FEED-6: what drifts is progress and the times of gaps and intervals', () => {
    const drifting = DRIFTING_COLUMNS.map((column) => ROW_COLUMNS[column]);
    expect(drifting).toEqual(['progress', 'gapMs', 'intervalMs', 'classGapMs', 'classIntervalMs']);
  });

  it('PUB-4: a column is public where all figures in it are, and a figure is where its line marks it', () => {
    expect(ROW_COLUMNS_PUBLIC).toEqual(ROW_COLUMNS.map(() => true));
    expect(PUBLIC_FIGURES).toEqual([...Object.keys(FIGURES), 'sectorsMs']);
  });

  it('FEED-9: nothing known of a car is a row of nothing, and its figures say so', () => {
    expect(unpackRow([])).toEqual(UNKNOWN_FIGURES);
    const { status, inPit, lastLapMark, bestLapMark, sectorsMs, provenance, ...figures } = UNKNOWN_FIGURES;
    expect([status, inPit, lastLapMark, bestLapMark, sectorsMs]).toEqual(['running', false, 'none', 'none', []]);
    for (const value of [...Object.values(figures), ...Object.values(provenance)]) expect(value).toBeNull();
  });

  it('FEED-9: two figures in one column do not disturb each other', () => {
    const given = { pitStops: 4_095, driveThroughs: 0, lastLapMark: 'session', bestLapMark: 'class' } as const;
    expect(unpackRow(packRow(figures(given)))).toMatchObject(given);
    expect(unpackRow(packRow(figures({ ...given, driveThroughs: null })))).toMatchObject({ driveThroughs: null });
    expect(unpackRow(packRow(figures({ status: 'disqualified', inPit: true })))).toMatchObject({
      status: 'disqualified',
      inPit: true,
    });
  });

  it('FEED-10: a word that the reader does not know yet reads as the first of its list', () => {
    const row = packRow(figures({ status: 'pit' })).with(COLUMN_INDEX.status, 15);
    expect(unpackRow(row).status).toBe('running');
  });

  it('FEED-5: an entry is its unchanging part and its row', () => {
    const info = {
      car: 7,
      carNumber: '11',
      name: 'Żółw Racing',
      teamName: null,
      driver: 'Żółw',
      class: null,
      carModel: null,
      crew: [],
      officialStatus: null,
    };
    const given = figures({ progress: 1.5, gapMs: 10 });
    expect(entryOf(info, packRow(given))).toEqual({ ...info, ...given });
  });
});
