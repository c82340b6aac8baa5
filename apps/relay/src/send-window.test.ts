import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAST_BATCH_BYTES, SendWindow } from './send-window.js';
import { SimulatedLine } from './testing/simulated-line.js';

const MINUTE = 60_000;

describe('what may be on its way', () => {
  it('keeps any line busy, and lets nothing wait on it for much longer than a second', () => {
    fc.assert(
      fc.property(
        fc.double({ min: Math.log(4_000), max: Math.log(5_000_000), noNaN: true }),
        fc.integer({ min: 1, max: 1_000 }),
        (logBytesPerS, roundTripMs) => {
          const line = new SimulatedLine(Math.exp(logBytesPerS), roundTripMs);
          const window = new SendWindow();
          line.send(window, 20_000);
          line.arrivedBytes = 0;
          line.longestWaitMs = 0;
          line.send(window, 2 * MINUTE);
          // No more than 4 MB are on their way on the longest and fastest, and 512 KB on a near one.
          const mostBytes = roundTripMs < 100 ? 524_288 : 4_194_304;
          const most = Math.min(line.bytesPerS, mostBytes / ((roundTripMs + 1) / 1000));
          expect(line.arrivedBytes).toBeGreaterThan(most * 120 * 0.75);
          // What a long line holds at once leaves one after another where it was empty.
          expect(line.longestWaitMs).toBeLessThan(
            1_500 + roundTripMs / 2 + (3 * LEAST_BATCH_BYTES * 1000) / line.bytesPerS,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('fills a line that is seconds long, wide or narrow', () => {
    for (const roundTripMs of [3_000, 8_000]) {
      for (const bytesPerS of [40_000, 250_000]) {
        const line = new SimulatedLine(bytesPerS, roundTripMs);
        const window = new SendWindow();
        line.send(window, 2 * MINUTE);
        line.arrivedBytes = 0;
        line.longestWaitMs = 0;
        line.send(window, 5 * MINUTE);
        expect({ roundTripMs, bytesPerS, share: line.arrivedBytes / bytesPerS / 300 }).toMatchObject({
          share: expect.toSatisfy((share: number) => share > 0.8),
        });
        expect(line.longestWaitMs).toBeLessThan(1_500 + roundTripMs / 2);
      }
    }
  });

  it('is 512 KB on a local network within 40 round trips', () => {
    const line = new SimulatedLine(100_000_000, 0.3);
    const window = new SendWindow();
    line.send(window, 40 * 0.3 + 524);
    expect(window.bytes).toBe(512 * 1024);
  });

  it('does not grow where there is little to send', () => {
    const line = new SimulatedLine(100_000_000, 1);
    const window = new SendWindow();
    for (let i = 0; i < 1_000; i++) line.sendOne(window, 1_500);
    expect(window.bytes).toBe(16 * 1024);
  });

  it('leaves a live race alone that takes little of a long line', () => {
    const line = new SimulatedLine(100_000, 500);
    const window = new SendWindow();
    // A frame each tenth of a second, five on their way at any time.
    for (let i = 0; i < 1_000; i++) {
      expect(window.room(line.now)).toBeGreaterThan(0);
      line.sendSome(window, 1_500, 100);
    }
  });

  it('is one small batch at least, on the slowest line', () => {
    const line = new SimulatedLine(500, 800);
    const window = new SendWindow();
    line.send(window, 5 * MINUTE);
    expect(window.bytes).toBeLessThan(2 * LEAST_BATCH_BYTES);
    expect(line.arrivedBytes).toBeGreaterThan(500 * 300 * 0.8);
  });

  it('grows back after the server stood still', () => {
    const line = new SimulatedLine(50_000_000, 1);
    const window = new SendWindow();
    line.send(window, 2_000);
    line.standStill(8_000);
    line.send(window, 12_000);
    expect(window.bytes).toBe(512 * 1024);
  });

  it('does not take a line that has become longer for one that is full', () => {
    const line = new SimulatedLine(100_000, 20);
    const window = new SendWindow();
    line.send(window, MINUTE);
    line.roundTripMs = 1_500;
    line.send(window, MINUTE);
    line.arrivedBytes = 0;
    line.send(window, MINUTE);
    expect(line.arrivedBytes).toBeGreaterThan(100_000 * 60 * 0.75);
  });

  it('keeps up with a live race on a line of any length, also one that has just become that long', () => {
    for (const roundTripMs of [200, 1_000, 3_000, 8_000]) {
      const line = new SimulatedLine(10_000_000, 5);
      const window = new SendWindow();
      line.live(window, { frameBytes: 1_500, everyMs: 100 }, 5_000);
      line.roundTripMs = roundTripMs;
      // What one trip takes to be noticed, and as many as it takes to double from 16 KB.
      line.live(window, { frameBytes: 1_500, everyMs: 100 }, 12 * roundTripMs);
      line.mostUnsent = 0;
      line.live(window, { frameBytes: 1_500, everyMs: 100 }, MINUTE);
      expect({ roundTripMs, unsent: line.mostUnsent }).toEqual({ roundTripMs, unsent: 1 });
    }
  });

  it('leaves little of a live race on a narrow line, so that nothing on it is old', () => {
    for (const bytesPerS of [600, 1_200]) {
      const line = new SimulatedLine(bytesPerS, 30);
      const window = new SendWindow();
      line.live(window, { frameBytes: 500, everyMs: 100 }, MINUTE);
      line.longestWaitMs = 0;
      line.arrivedBytes = 0;
      line.live(window, { frameBytes: 500, everyMs: 100 }, 2 * MINUTE);
      expect(line.longestWaitMs).toBeLessThan(2_500);
      expect(line.arrivedBytes).toBeGreaterThan(bytesPerS * 120 * 0.75);
    }
  });

  it('follows a line that becomes slower, and one that becomes faster', () => {
    const line = new SimulatedLine(2_000_000, 50);
    const window = new SendWindow();
    line.send(window, 5_000);
    line.bytesPerS = 20_000;
    line.send(window, 40_000);
    line.longestWaitMs = 0;
    line.send(window, MINUTE);
    expect(line.longestWaitMs).toBeLessThan(1_500);
    line.bytesPerS = 2_000_000;
    line.send(window, 10_000);
    line.arrivedBytes = 0;
    line.send(window, MINUTE);
    expect(line.arrivedBytes).toBeGreaterThan(2_000_000 * 60 * 0.8);
  });
});

describe('how fast a line is', () => {
  it('is measured while there is more to send than room, on any line', () => {
    fc.assert(
      fc.property(
        fc.double({ min: Math.log(4_000), max: Math.log(400_000), noNaN: true }),
        fc.integer({ min: 1, max: 1_000 }),
        (logBytesPerS, roundTripMs) => {
          const line = new SimulatedLine(Math.exp(logBytesPerS), roundTripMs);
          const window = new SendWindow();
          line.send(window, 20_000);
          expect(window.bytesPerS).toBeGreaterThan(line.bytesPerS * 0.6);
          expect(window.bytesPerS).toBeLessThan(line.bytesPerS * 1.4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is not known from the little that a live race takes of it', () => {
    const line = new SimulatedLine(2_000_000, 300);
    const window = new SendWindow();
    for (let i = 0; i < 100; i++) line.sendOne(window, 1_500);
    expect(window.bytesPerS).toBeNull();
  });

  it('is not known before it was measured for some seconds', () => {
    const line = new SimulatedLine(20_000, 500);
    const window = new SendWindow();
    line.send(window, 3_000);
    expect(window.bytesPerS).toBeNull();
    line.send(window, 3_000);
    expect(window.bytesPerS).not.toBeNull();
  });
});
