import type { Frame } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { type CameraCar, cameraAfter } from './camera-car.js';

const frame = (camera?: number | null): Frame => ({
  kind: 'frame',
  seq: 1,
  capturedAt: 0,
  sessionTime: 0,
  state: 'racing',
  flags: [],
  cars: [],
  ...(camera !== undefined && { camera: { car: camera } }),
});
const after = (before: CameraCar | null, stream: number, receivedAt: number, camera?: number | null) =>
  cameraAfter(before, { stream, receivedAt, frame: frame(camera) });

describe('the camera of a session', () => {
  it('is what a relay says, and stays while frames of others say nothing of it', () => {
    const first = after(null, 0, 1_000, 7);
    expect(first?.car).toBe(7);
    expect(after(first, 1, 2_000)).toBe(first);
    expect(after(first, 0, 2_000, null)?.car).toBeNull();
  });

  it('is that of the relay that says it first, until that says nothing for 3 s', () => {
    const first = after(null, 0, 1_000, 7);
    expect(after(first, 1, 2_000, 9)).toBe(first);
    expect(after(first, 1, 4_001, 9)).toMatchObject({ stream: 1, car: 9 });
  });

  it('is not known when nobody has said it for 3 s', () => {
    const first = after(null, 0, 1_000, 7);
    expect(after(first, 1, 4_000)).toBe(first);
    expect(after(first, 1, 4_001)).toBeNull();
  });
});
