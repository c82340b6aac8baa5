import {
  type CameraAnswer,
  type CameraControl,
  type CameraRequest,
  cameraAnswer,
  type RelayStatus,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import { deny, type Visitor } from '../../access/visitor.js';

/** The sim's camera on the PC of a relay that may say which car it shows. */
export interface RelayCamera {
  /** As the relay said last; `unable` where it has said nothing, as earlier versions do. */
  control(): CameraControl;
  /** Asks it for something; `null` where the relay did not answer in time. */
  ask(request: CameraRequest): Promise<CameraAnswer | null>;
}

/** A relay that has not answered after this long is not waited for, in ms. */
const ANSWER_WITHIN_MS = 2_000;

/** The camera of a relay's connection; `null` where its token does not have `broadcast:camera`. */
export function relayCamera(
  socket: Socket,
  visitor: Visitor,
  status: () => Pick<RelayStatus, 'camera'> | null,
): RelayCamera | null {
  if (deny(visitor, 'broadcast:camera') !== null) return null;
  return {
    control: () => status()?.camera ?? 'unable',
    ask: async (request) => {
      try {
        const answer: unknown = await socket.timeout(ANSWER_WITHIN_MS).emitWithAck('relay:camera', request);
        return cameraAnswer.parse(answer);
      } catch {
        // It is not there any more, hangs, or says something that nobody can read: in each case nothing is known.
        return null;
      }
    },
  };
}
