import type { RowValues } from './sim-stand-in.js';

/** A field of cars that drive round and round, the first the fastest, as the sim would show them. */
export interface MovingCars {
  readonly cars: number;
  readonly subSessionId: number;
  readonly sessionNum?: number;
  readonly sessionType?: string;
}

/** Seconds of a lap of the first car; each further car takes a tenth longer. */
const LAP_S = 20;

/** A session text for the cars, with names as people type them. */
export function movingCarsText({ cars, subSessionId, sessionNum = 0, sessionType = 'Race' }: MovingCars): string {
  const drivers = Array.from(
    { length: cars },
    (_, i) => ` - CarIdx: ${i}
   UserName: ${i === 1 ? 'José "Pepe" Núñez: #1' : `Driver ${i}`}
   UserID: ${1000 + i}
   TeamName: Team ${i}
   CarNumber: "${i + 10}"
   CarNumberRaw: ${i + 10}
   CarClassID: 7
   CarClassShortName: GT3
   CarIsPaceCar: 0
   IsSpectator: 0
`,
  );
  const sessions = Array.from(
    { length: sessionNum + 1 },
    (_, i) => ` - SessionNum: ${i}
   SessionLaps: unlimited
   SessionTime: 3600.0000 sec
   SessionType: ${i === sessionNum ? sessionType : 'Practice'}
   ResultsPositions:
   ResultsOfficial: 0
`,
  );
  return `---
WeekendInfo:
 TrackName: standin
 TrackID: 1
 TrackLength: 2.00 km
 TrackDisplayName: Stand-in Park
 TrackConfigName: Full
 SubSessionID: ${subSessionId}
 SimMode: full
 TeamRacing: 0

SessionInfo:
 Sessions:
${sessions.join('')}
DriverInfo:
 DriverCarIdx: 0
 Drivers:
${drivers.join('')}
CameraInfo:
 Groups:
 - GroupNum: 9
   GroupName: Cockpit
   Cameras:
   - CameraNum: 1
     CameraName: CamCockpit
 - GroupNum: 10
   GroupName: Scenic
   IsScenic: true
   Cameras:
   - CameraNum: 1
     CameraName: Scenic_01
 - GroupNum: 11
   GroupName: TV1
   Cameras:
   - CameraNum: 1
     CameraName: CamTV1_01

SplitTimeInfo:
 Sectors:
 - SectorNum: 0
   SectorStartPct: 0.000000
 - SectorNum: 1
   SectorStartPct: 0.500000

...
`;
}

/** What the sim shows of the cars `sessionTime` seconds into the session; arrays are `length` long. */
export function movingCarsRow({ cars, sessionNum = 0 }: MovingCars, sessionTime: number, length: number): RowValues {
  const laps = Array.from({ length }, (_, i) => (i < cars ? sessionTime / (LAP_S + i / 10) : -1));
  const of = (value: (laps: number) => number) => laps.map((each) => (each < 0 ? -1 : value(each)));
  return {
    SessionTime: sessionTime,
    SessionNum: sessionNum,
    SessionState: 4,
    SessionFlags: 4,
    CarIdxLapDistPct: of((each) => each % 1),
    CarIdxLap: of((each) => Math.floor(each) + 1),
    CarIdxLapCompleted: of((each) => Math.floor(each)),
    CarIdxTrackSurface: of(() => 3),
    CarIdxOnPitRoad: laps.map(() => 0),
    CarIdxPosition: laps.map(() => 0),
    CarIdxClassPosition: laps.map(() => 0),
  };
}
