import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Frame } from '@okboxbox/protocol';
import { createShape, learnShape, SHAPE_POINTS, SHAPE_SIZE, type TrackShape } from '@okboxbox/timing';
import { describe, expect, it } from 'vitest';
import { courseAt } from './demo/course.js';
import { parseDemo } from './demo/demo-options.js';
import { openDemo } from './demo/demo-source.js';
import { isMissing, sharedData } from './testing/shared-data.js';

type Place = { readonly x: number; readonly y: number };

/** How far a learned shape is from the real one, in m, by points of the lap; both about the middle of their box. */
function farM(shape: TrackShape, at: (fraction: number) => Place): number[] {
  const real = Array.from({ length: 4_000 }, (_, i) => at(i / 4_000));
  const [xs, ys] = [real.map(({ x }) => x), real.map(({ y }) => y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.max(right - left, high - low) / SHAPE_SIZE;
  const points = shape.points ?? [];
  return Array.from({ length: SHAPE_POINTS }, (_, i) => {
    const { x, y } = at(i / SHAPE_POINTS);
    const [ownX = 0, ownY = 0] = [points[i * 2], points[i * 2 + 1]];
    return Math.hypot(ownX * scale + (left + right) / 2 - x, ownY * scale + (low + high) / 2 - y);
  });
}

describe('a shape that is learned from a race', () => {
  it('is that of the demo ring, from the cars of a simulated race', async () => {
    const shape = createShape();
    let knownAt: number | null = null;
    for await (const record of openDemo('demo:5', parseDemo('5,cars=24,minutes=5'), () => 10).read()) {
      if (record.kind !== 'frame') continue;
      learnShape(shape, record);
      if (shape.points !== null) knownAt ??= record.sessionTime;
    }
    expect(shape.isDone).toBe(true);
    // The race is started after 15 s, and a lap takes over a minute and a half.
    expect(knownAt).toBeLessThan(150);
    const far = farM(shape, (fraction) => courseAt(fraction)).sort((a, b) => a - b);
    expect(far.at(-1)).toBeLessThan(20);
    expect(far[SHAPE_POINTS / 2]).toBeLessThan(6);
  });

  it.skipIf(isMissing('lmu/trackMap.json.gz'))('is that of a real track, hairpins and all', () => {
    const map = JSON.parse(gunzipSync(readFileSync(sharedData('lmu/trackMap.json.gz'))).toString()) as {
      type: number;
      x: number;
      z: number;
    }[];
    const loop = map.filter(({ type }) => type === 0).map(({ x, z }): Place => ({ x, y: -z }));
    const at = (fraction: number): Place => {
      const place = fraction * loop.length;
      const from = loop[Math.floor(place) % loop.length] as Place;
      const to = loop[(Math.floor(place) + 1) % loop.length] as Place;
      const part = place - Math.floor(place);
      return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    };
    const shape = createShape();
    for (let seq = 1; seq <= 300; seq++) {
      const sessionTime = seq / 2;
      const cars = Array.from({ length: 12 }, (_, car) => {
        const progress = 0.98 - car * 0.004 + sessionTime / (118 + car);
        const pct = progress - Math.floor(progress);
        const { x, y } = at(pct);
        // Each on a line of its own.
        return { car, pct, x: x + (car % 3) * 3 - 3, y: y + (car % 4) * 2 - 3 };
      });
      const frame: Frame = { kind: 'frame', seq, capturedAt: 0, sessionTime, state: 'racing', flags: [], cars };
      learnShape(shape, frame);
    }
    expect(shape.isDone).toBe(true);
    expect(Math.max(...farM(shape, at))).toBeLessThan(12);
  });
});
