import { describe, expect, it } from 'vitest';
import { isMissing } from '../testing/shared-data.js';
import { readSessionText } from './session-text.js';
import { SimCamera } from './sim-camera.js';
import type { TelemetryRow } from './telemetry-row.js';
import { DrivenSim, IMAGE } from './testing/driven-sim.js';

const TEXT = readSessionText(`---
DriverInfo:
 Drivers:
 - CarIdx: 0
   CarNumber: "64"
   CarNumberRaw: 64
 - CarIdx: 3
   CarNumber: "007"
   CarNumberRaw: 3007
 - CarIdx: 4
   CarNumber: "1"
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
 - GroupNum: 11
   GroupName: TV1
...
`);

const row = (car: number, group: number) =>
  ({ value: (name: string) => ({ CamCarIdx: car, CamGroupNumber: group })[name] }) as unknown as TelemetryRow;

function cameraAt(car: number, group: number): SimCamera {
  const camera = new SimCamera();
  camera.takeText(TEXT);
  camera.takeRow(row(car, group));
  return camera;
}

describe("messages to the sim's camera", () => {
  it('ask for the next group that looks at cars, on the car that is shown; after the last comes the first', () => {
    const camera = cameraAt(0, 9);
    // The low word is the kind of message, the high one the number of the car; then the group, and the camera of it.
    expect(camera.messageFor({ next: true })).toEqual({ wParam: 0x0040_0001, lParam: 11 });
    expect(camera.messageFor({ next: true })).toEqual({ wParam: 0x0040_0001, lParam: 9 });
  });

  it('go on from what the sim shows, also where that is the scenery', () => {
    const camera = cameraAt(0, 9);
    camera.messageFor({ next: true });
    camera.takeRow(row(3, 9));
    expect(camera.messageFor({ next: true })).toEqual({ wParam: 3007 * 0x1_0000 + 1, lParam: 11 });
    expect(cameraAt(0, 10).messageFor({ next: true })).toMatchObject({ lParam: 9 });
  });

  it('ask for a car by its number as the sim takes it, and keep the group', () => {
    expect(cameraAt(0, 11).messageFor({ car: 3 })).toEqual({ wParam: 3007 * 0x1_0000 + 1, lParam: 11 });
  });

  it('are refused where there is no such car, no car on camera, no cameras, or no session', () => {
    const camera = cameraAt(-1, 10);
    expect(() => camera.messageFor({ next: true })).toThrow('The camera shows no car now');
    expect(() => camera.messageFor({ car: 7 })).toThrow('The sim has no car with the index 7.');
    expect(() => camera.messageFor({ car: 4 })).toThrow('The sim has no car with the index 4.');
    camera.leave();
    expect(() => camera.messageFor({ car: 3 })).toThrow('The sim is in no session on that PC.');
    const bare = new SimCamera();
    bare.takeText({ ...TEXT, CameraInfo: {} });
    bare.takeRow(row(0, 9));
    expect(() => bare.messageFor({ next: true })).toThrow('The sim names no cameras');
  });
});

describe.skipIf(isMissing(IMAGE))('a running sim', () => {
  it('is asked by its own memory, and not before it is in a session or after it was closed', async () => {
    const refusals: string[] = [];
    const ask = (request: { next: true } | { car: number }) => {
      try {
        sim.source?.askCamera?.(request);
      } catch (error) {
        refusals.push((error as Error).message);
      }
    };
    const sim: DrivenSim = new DrivenSim({
      1000: () => ask({ next: true }),
      2000: () => ask({ car: 4 }),
      3000: () => {
        sim.sim.isConnected = false;
      },
      5000: () => ask({ next: true }),
    });
    sim.besides = () => ({ CamCarIdx: 2, CamGroupNumber: 11 });
    await sim.run(6_000);
    expect(sim.heard).toEqual([
      { wParam: 12 * 0x1_0000 + 1, lParam: 9 },
      { wParam: 14 * 0x1_0000 + 1, lParam: 11 },
    ]);
    expect(refusals).toEqual(['The sim is in no session on that PC.']);
  });
});
