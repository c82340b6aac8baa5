import type { RelayStatus } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RELAY_STATUS } from '../../testing/relay-status.js';
import { RelayLine } from './relay-line.js';

/** What a line is after a relay has said every five seconds how many records wait. */
function after(waiting: readonly number[], over: Partial<RelayStatus> = {}): string {
  const line = new RelayLine();
  for (const [i, records] of waiting.entries()) line.heard(i * 5_000, { ...RELAY_STATUS, waiting: records, ...over });
  return line.condition(waiting.length * 5_000 - 4_000).state;
}

describe("a relay's line", () => {
  it.each([
    ['before the relay has said anything', [], 'unclear'],
    ['with a few records on their way', [3, 1, 4], 'well'],
    ['with a queue that grows', [40, 90, 140], 'trouble'],
    ['with a queue that stays', [500, 500], 'trouble'],
    ['with a queue of which nothing is known before', [500], 'unclear'],
    ['with a backlog after an outage that gets less', [6_000, 5_500], 'unclear'],
    ['with a queue that gets less, but for a batch on its way', [100, 60, 62], 'unclear'],
    ['with a backlog that would take an hour', [6_000, 5_992], 'trouble'],
  ])('%s', (_, waiting, state) => {
    expect(after(waiting)).toBe(state);
  });

  it('is never slow while a backlog is sent, however large it is and however fast', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.02, max: 1, noNaN: true }), (backlog, share) => {
        const queue = [backlog];
        while ((queue.at(-1) ?? 0) > 1 && queue.length < 200) queue.push(Math.floor((queue.at(-1) ?? 0) * (1 - share)));
        expect(after(queue)).not.toBe('trouble');
      }),
    );
  });

  it('is judged by what waits for this server, not by what waits for another', () => {
    const queue = { records: 50_000, bytes: 1e8, oldestMs: 9e6, lost: 0 };
    expect(after([2, 1, 2], { queue })).toBe('well');
  });

  it('is not judged while operations have paused the relay', () => {
    expect(after([100, 200, 300], { paused: true })).toBe('unclear');
  });

  it('is not known any more when the relay has said nothing for a while', () => {
    const line = new RelayLine();
    line.heard(0, { ...RELAY_STATUS, waiting: 0 });
    expect(line.condition(10_000).state).toBe('well');
    expect(line.condition(16_000).state).toBe('unclear');
  });
});
