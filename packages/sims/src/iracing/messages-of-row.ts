import type { MessageLine } from '@okboxbox/protocol';
import type { TelemetryRow } from './telemetry-row.js';

/** What the sim shows one car alone, and what that means. A furled black flag is a warning: slow down, or serve it. */
const CAR_FLAGS: readonly (readonly [bit: number, what: string, text: string])[] = [
  [0x10000, 'penalty', 'Black flag'],
  [0x20000, 'penalty', 'Disqualified'],
  [0x80000, 'warning', 'Furled black flag: slow down'],
  [0x100000, 'repair', 'Meatball flag: repairs required'],
];

/** Notices flags that the sim shows to single cars as they come out. */
export class CarFlags {
  readonly #shown = new Map<number, number>();

  /** What is new in a row. The first row of a session tells what is out already. */
  take(row: TelemetryRow, cars: readonly number[], capturedAt: number): MessageLine[] {
    const messages: MessageLine[] = [];
    const flags = row.values('CarIdxSessionFlags');
    const sessionTime = row.value('SessionTime');
    for (const car of cars) {
      const shown = this.#shown.get(car) ?? 0;
      const now = (flags[car] ?? 0) >>> 0;
      if (now === shown) continue;
      this.#shown.set(car, now);
      for (const [bit, what, text] of CAR_FLAGS) {
        if ((now & bit) === 0 || (shown & bit) !== 0) continue;
        messages.push({
          kind: 'message',
          capturedAt,
          ...(sessionTime !== undefined && sessionTime >= 0 && { sessionTime }),
          car,
          what,
          text,
        });
      }
    }
    return messages;
  }
}
