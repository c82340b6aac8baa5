import { z } from 'zod';

/**
 * A server's request to the sim's camera on a broadcaster's PC, `relay:camera`: the next group of cameras on the car that it
 * shows, or a car, by its index.
 */
export const cameraRequest = z.union([
  z.object({ next: z.literal(true) }),
  z.object({ car: z.number().int().min(0).max(65_535) }),
]);
export type CameraRequest = z.infer<typeof cameraRequest>;

/** A relay's answer to `relay:camera`: whether the sim was asked; otherwise `because` says why not, in words for a director. */
export const cameraAnswer = z.union([
  z.looseObject({ asked: z.literal(true) }),
  z.looseObject({ asked: z.literal(false), because: z.string().max(300) }),
]);
export type CameraAnswer = z.infer<typeof cameraAnswer>;

/**
 * Whether a relay passes such requests on to its sim: it does (`accepts`), it could and is not set to (`off`), or what it reads has
 * no camera that takes any (`unable`).
 */
export const CAMERA_CONTROLS = ['accepts', 'off', 'unable'] as const;
export type CameraControl = (typeof CAMERA_CONTROLS)[number];
