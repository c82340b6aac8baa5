import type { CameraRequest } from '@okboxbox/protocol';
import { CameraError } from '../source.js';
import { listOf, numberOf, type TextMap, textOf } from './session-text.js';
import type { TelemetryRow } from './telemetry-row.js';

/** The name of the window message by which iRacing is asked for things. */
export const SIM_MESSAGE = 'IRSDK_BROADCASTMSG';
/** Which of the things: the camera onto a car by its number, with a group of cameras and a camera of it. */
const SWITCH_TO_NUMBER = 1;
/** In place of a camera: the sim chooses one of the group. */
const ANY_CAMERA = 0;
const GROUP_NUMBERS = { min: 1, max: 0xffff } as const;

/** The two numbers of a window message, unsigned, as Windows takes them. */
export interface SimMessage {
  readonly wParam: number;
  readonly lParam: number;
}

/** What is known of the sim's camera, and the messages that ask it for something else. */
export class SimCamera {
  /** Groups of cameras that look at cars, in the sim's order. */
  #groups: readonly number[] = [];
  /** Numbers of cars as the sim takes them, in which leading zeros count, by index. */
  #numbers: ReadonlyMap<number, number> = new Map();
  #car: number | null = null;
  #group: number | null = null;
  #isThere = false;

  /** Takes a session text. */
  takeText(text: TextMap): void {
    this.#groups = listOf(text, 'CameraInfo', 'Groups').flatMap((group) => {
      const number = numberOf(group, 'GroupNum');
      const isUsable = number !== null && number >= GROUP_NUMBERS.min && number <= GROUP_NUMBERS.max;
      return isUsable && textOf(group, 'IsScenic') !== 'true' ? [number] : [];
    });
    this.#numbers = new Map(
      listOf(text, 'DriverInfo', 'Drivers').flatMap((driver): readonly [number, number][] => {
        const car = numberOf(driver, 'CarIdx');
        const number = numberOf(driver, 'CarNumberRaw');
        return car === null || number === null || number < 0 || number > 0x7fff ? [] : [[car, number]];
      }),
    );
  }

  /** Takes what a row says of the camera. */
  takeRow(row: TelemetryRow): void {
    this.#isThere = true;
    this.#car = row.value('CamCarIdx') ?? null;
    this.#group = row.value('CamGroupNumber') ?? null;
  }

  /** The sim has left its session, or is gone. */
  leave(): void {
    this.#isThere = false;
  }

  /**
   * The message that asks the sim for something.
   * @throws CameraError
   */
  messageFor(request: CameraRequest): SimMessage {
    if (!this.#isThere) throw new CameraError('The sim is in no session on that PC.');
    if ('car' in request) {
      const number = this.#numbers.get(request.car);
      if (number === undefined) throw new CameraError(`The sim has no car with the index ${request.car}.`);
      return messageOf(number, this.#group ?? 0);
    }
    const number = this.#car === null ? undefined : this.#numbers.get(this.#car);
    if (number === undefined) throw new CameraError('The camera shows no car now: ask for a car instead.');
    const [first] = this.#groups;
    if (first === undefined) throw new CameraError('The sim names no cameras that look at cars.');
    const group = this.#groups[this.#groups.indexOf(this.#group ?? 0) + 1] ?? first;
    // The next request may come before the next row.
    this.#group = group;
    return messageOf(number, group);
  }
}

function messageOf(carNumber: number, group: number): SimMessage {
  return { wParam: SWITCH_TO_NUMBER + carNumber * 0x1_0000, lParam: group + ANY_CAMERA * 0x1_0000 };
}
