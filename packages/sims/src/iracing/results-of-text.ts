import type { ResultsLine } from '@okboxbox/protocol';
import type { LapTimes } from './lap-times.js';
import { listOf, numberOf, type TextMap, textOf } from './session-text.js';

/**
 * The sim's results of session `sessionNum`, as far as they stand in a session text; `null` where there are none. `times`
 * are those of the same session.
 */
export function resultsOfText(
  text: TextMap,
  sessionNum: number,
  times: LapTimes,
  capturedAt: number,
): ResultsLine | null {
  const session = listOf(text, 'SessionInfo', 'Sessions').find((each) => numberOf(each, 'SessionNum') === sessionNum);
  if (session === undefined) return null;
  const seen = new Set<number>();
  const rows = listOf(session, 'ResultsPositions').flatMap((row) => {
    const car = numberOf(row, 'CarIdx');
    const position = numberOf(row, 'Position');
    if (!isIndex(car) || !isIndex(position) || seen.has(car)) return [];
    seen.add(car);
    const classPosition = numberOf(row, 'ClassPosition');
    const lapsCompleted = numberOf(row, 'LapsComplete');
    return [
      {
        car,
        position,
        // The sim counts places in class from 0.
        classPosition: isIndex(classPosition) ? classPosition + 1 : null,
        lapsCompleted: lapsCompleted !== null && Number.isInteger(lapsCompleted) ? Math.max(-1, lapsCompleted) : null,
        lapsDown: wholeOrNull(numberOf(row, 'Lap')),
        gapMs: gapMs(numberOf(row, 'Time')),
        bestLapMs: times.take('bestLapMs', car, numberOf(row, 'FastestTime'), true) ?? null,
        lastLapMs: times.take('lastLapMs', car, numberOf(row, 'LastTime'), true) ?? null,
        status: textOf(row, 'ReasonOutStr'),
      },
    ];
  });
  if (rows.length === 0) return null;
  return { kind: 'results', capturedAt, official: numberOf(session, 'ResultsOfficial') === 1, rows };
}

/** The grid of a race, where the text has one: heat racing's first, else qualifying's. Places from 1. */
export function gridOfText(text: TextMap, sessionNum: number): { car: number; position: number }[] | null {
  const session = listOf(text, 'SessionInfo', 'Sessions').find((each) => numberOf(each, 'SessionNum') === sessionNum);
  const own = session ? listOf(session, 'QualifyPositions') : [];
  const rows = own.length > 0 ? own : listOf(text, 'QualifyResultsInfo', 'Results');
  const seen = new Set<number>();
  const grid = rows.flatMap((row) => {
    const car = numberOf(row, 'CarIdx');
    const position = numberOf(row, 'Position');
    if (!isIndex(car) || !isIndex(position) || seen.has(car)) return [];
    seen.add(car);
    return [{ car, position: position + 1 }];
  });
  return grid.length > 0 ? grid : null;
}

function isIndex(value: number | null): value is number {
  return value !== null && Number.isInteger(value) && value >= 0 && value <= 1_000;
}

function wholeOrNull(value: number | null): number | null {
  return value !== null && Number.isInteger(value) ? value : null;
}

function gapMs(seconds: number | null): number | null {
  return seconds !== null && seconds >= 0 && seconds < 1e6 ? Math.round(seconds * 1000) : null;
}
