import { sourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionOfText } from './session-of-text.js';
import { decodeSimText, listOf, numberOf, readSessionText, textOf } from './session-text.js';

const TEXT = `---
WeekendInfo:
 TrackName: monza full
 TrackDisplayName: Monza
 TrackLength: 3.6 mi
 SubSessionID: 4711
 WeekendOptions:
  NumStarters: 0
SessionInfo:
 Sessions:
 - SessionNum: 0
   SessionType: Lone Qualify
   SessionLaps: 2
   ResultsPositions:
   - Position: 1
     CarIdx: 3
   - Position: 2
     CarIdx: 1
 - SessionNum: 1
   SessionType: Race
   SessionLaps: unlimited
   SessionTime: 2700.0000 sec
DriverInfo:
 DriverCarIdx: 3
 Drivers:
 - CarIdx: 3
   UserName: - O'Neill: "the" #1, [x]
   CarNumber: "007"
   CarClassID: 12
   CarClassShortName: 
   CarClassColor: 0xffda59
 - CarIdx: 1
   UserName: Mikołaj
   CarIsPaceCar: 1
 - CarIdx: 9
   UserName: Watcher
   IsSpectator: 1
SplitTimeInfo:
 Sectors:
 - SectorNum: 0
   SectorStartPct: 0.000000
 - SectorNum: 1
   SectorStartPct: 0.400000
...
`;

describe('a session text', () => {
  const text = readSessionText(TEXT);

  it('is read by its shape: maps, lists, and lists in items of lists', () => {
    expect(textOf(text, 'WeekendInfo', 'TrackDisplayName')).toBe('Monza');
    expect(numberOf(text, 'WeekendInfo', 'WeekendOptions', 'NumStarters')).toBe(0);
    const [qualifying, race] = listOf(text, 'SessionInfo', 'Sessions');
    expect(listOf(qualifying ?? {}, 'ResultsPositions').map((row) => numberOf(row, 'CarIdx'))).toEqual([3, 1]);
    expect(textOf(race ?? {}, 'SessionType')).toBe('Race');
  });

  it('keeps names as people typed them', () => {
    expect(listOf(text, 'DriverInfo', 'Drivers').map((driver) => textOf(driver, 'UserName'))).toEqual([
      `- O'Neill: "the" #1, [x]`,
      'Mikołaj',
      'Watcher',
    ]);
  });

  it('becomes a session line: limits, classes, colours, sectors, no spectators', () => {
    expect(sessionOfText(text, 1, 5)).toMatchObject({
      simSessionKey: '4711:1',
      type: 'race',
      track: { name: 'Monza', lengthM: 5_794, sectorStarts: [0, 0.4] },
      limit: { laps: null, timeS: 2_700 },
      classes: [{ id: '12', name: 'Class 12', color: '#ffda59' }],
      entries: [
        { car: 3, carNumber: '007', pace: false },
        { car: 1, pace: true },
      ],
    });
    expect(sessionOfText(text, 0, 5)).toMatchObject({ type: 'qualify', limit: { laps: 2 } });
  });

  it('whatever it is, is read without an error into a line of the model', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...TEXT.split('\n')),
      fc
        .tuple(fc.constantFrom(' ', '  ', '   - ', ' - '), fc.string())
        .map(([indent, rest]) => `${indent}${rest}: ${rest}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.nat(3), (lines, sessionNum) => {
        const record = sessionOfText(readSessionText(lines.join('\n')), sessionNum, 0);
        expect(sourceRecord.safeParse(record).error).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

it('bytes are UTF-8 where they can be, else Windows-1252, up to the first NUL', () => {
  expect(decodeSimText(new TextEncoder().encode('Mikołaj\0rest'))).toBe('Mikołaj');
  expect(decodeSimText(Uint8Array.of(0x4a, 0xfc, 0x72, 0x67, 0x65, 0x6e, 0x80))).toBe('Jürgen€');
});
