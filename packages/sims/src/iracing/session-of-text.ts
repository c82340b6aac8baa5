import type { CarClass, SessionEntry, SessionLine, SessionType } from '@okboxbox/protocol';
import { gridOfText } from './results-of-text.js';
import { listOf, numberOf, type TextMap, textOf } from './session-text.js';

/** Most of a name that is kept: the schema's bound is higher, but nobody's name is. */
const LONGEST = 200;

/** The session line of session `sessionNum` in a session text. Whatever is missing in the text is left open in it. */
export function sessionOfText(text: TextMap, sessionNum: number, capturedAt: number): SessionLine {
  const sessions = listOf(text, 'SessionInfo', 'Sessions');
  const session = sessions.find((each) => numberOf(each, 'SessionNum') === sessionNum) ?? sessions[0];
  const subSession = numberOf(text, 'WeekendInfo', 'SubSessionID') ?? 0;
  const entries = entriesOf(text);
  const laps = wholePositive(session && numberOf(session, 'SessionLaps'));
  const timeS = session ? numberOf(session, 'SessionTime') : null;
  const type = typeOf(session ? textOf(session, 'SessionType') : null);
  const grid = type === 'race' ? gridOfText(text, sessionNum) : null;
  return {
    kind: 'session',
    capturedAt,
    simSessionKey: `${subSession}:${sessionNum}`,
    type,
    track: {
      id: textOf(text, 'WeekendInfo', 'TrackID'),
      name: cut(textOf(text, 'WeekendInfo', 'TrackDisplayName') ?? textOf(text, 'WeekendInfo', 'TrackName') ?? ''),
      config: textOf(text, 'WeekendInfo', 'TrackConfigName'),
      lengthM: lengthOf(text),
      sectorStarts: sectorStartsOf(text),
    },
    limit: { laps, timeS: timeS !== null && timeS > 0 ? timeS : null },
    classes: classesOf(text),
    entries,
    ...(grid && { grid }),
    teamRacing: numberOf(text, 'WeekendInfo', 'TeamRacing') === 1,
  };
}

function typeOf(type: string | null): SessionType {
  if (type === null) return 'practice';
  if (/qualif/i.test(type)) return 'qualify';
  if (/warm/i.test(type)) return 'warmup';
  return /race/i.test(type) ? 'race' : 'practice';
}

function lengthOf(text: TextMap): number | null {
  const length = numberOf(text, 'WeekendInfo', 'TrackLength');
  if (length === null || length <= 0) return null;
  const inMiles = / mi\b/.test(textOf(text, 'WeekendInfo', 'TrackLength') ?? '');
  return Math.round(length * (inMiles ? 1_609.344 : 1_000));
}

function sectorStartsOf(text: TextMap): number[] | null {
  const starts = listOf(text, 'SplitTimeInfo', 'Sectors').map((sector) => numberOf(sector, 'SectorStartPct') ?? -1);
  const rising =
    starts.length > 0 && starts.every((start, i) => start >= 0 && start < 1 && start > (starts[i - 1] ?? -1));
  return rising && starts.length <= 30 ? starts : null;
}

const isSpectator = (driver: TextMap) => numberOf(driver, 'IsSpectator') === 1;

function entriesOf(text: TextMap): SessionEntry[] {
  const seen = new Set<number>();
  return listOf(text, 'DriverInfo', 'Drivers').flatMap((driver) => {
    const car = numberOf(driver, 'CarIdx');
    if (car === null || !Number.isInteger(car) || car < 0 || car > 255 || seen.has(car) || isSpectator(driver))
      return [];
    seen.add(car);
    const entry: SessionEntry = {
      car,
      carNumber: cut(textOf(driver, 'CarNumber') ?? String(car)),
      teamName: cutOr(textOf(driver, 'TeamName')),
      driver: { id: textOf(driver, 'UserID') ?? '', name: cut(textOf(driver, 'UserName') ?? '') },
      classId: textOf(driver, 'CarClassID'),
      carModel: cutOr(textOf(driver, 'CarScreenName')),
      pace: numberOf(driver, 'CarIsPaceCar') === 1,
    };
    return [entry];
  });
}

function classesOf(text: TextMap): CarClass[] {
  const classes = new Map<string, CarClass>();
  for (const driver of listOf(text, 'DriverInfo', 'Drivers')) {
    const id = textOf(driver, 'CarClassID');
    if (id === null || classes.has(id) || numberOf(driver, 'CarIsPaceCar') === 1 || isSpectator(driver)) continue;
    const name = textOf(driver, 'CarClassShortName') ?? textOf(driver, 'CarScreenNameShort') ?? `Class ${id}`;
    const color = /^0x([0-9a-f]{1,6})$/i.exec(textOf(driver, 'CarClassColor') ?? '')?.[1];
    classes.set(id, {
      id,
      name: cut(name),
      color: color === undefined ? null : `#${color.padStart(6, '0').toLowerCase()}`,
    });
  }
  return [...classes.values()].slice(0, 64);
}

function wholePositive(value: number | null | undefined): number | null {
  // 32767 is the sim's word for no limit.
  return value !== null && value !== undefined && Number.isInteger(value) && value > 0 && value < 32_767 ? value : null;
}

function cut(text: string): string {
  return text.slice(0, LONGEST);
}

function cutOr(text: string | null): string | null {
  return text === null ? null : cut(text);
}
