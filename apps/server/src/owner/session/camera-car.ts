import type { Frame } from '@okboxbox/protocol';

/** The car that the sim's camera shows, and which stream said so last. */
export interface CameraCar {
  readonly stream: number;
  /** Its index; `null` where the camera shows no car. */
  readonly car: number | null;
  /** When the frame was received, on the server's clock. */
  readonly at: number;
}

/** A relay that has said nothing of its camera for this long is not believed any more, in ms: another one may say it. */
const SAID_MS = 3_000;

/**
 * The camera after a frame. Of several relays the one that says it first counts for as long as it goes on: two PCs with
 * different cameras must not make the picture jump between them. Whether a relay may say it was decided before.
 */
export function cameraAfter(
  before: CameraCar | null,
  { stream, receivedAt, frame }: { readonly stream: number; readonly receivedAt: number; readonly frame: Frame },
): CameraCar | null {
  const isOver = before !== null && receivedAt - before.at > SAID_MS;
  const { camera } = frame;
  if (camera === undefined) return isOver ? null : before;
  const isTaken = before === null || isOver || before.stream === stream;
  return isTaken ? { stream, car: camera.car, at: receivedAt } : before;
}
