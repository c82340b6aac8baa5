import type { CameraAnswer, CameraControl, CameraRequest, DeskCamera } from '@okboxbox/protocol';
import { OwnerRefusal } from '../../directory/owner-refusal.js';
import type { Session } from '../session/session.js';

/** A camera on the PC of a relay that may say which car it shows. */
export interface AskedCamera {
  readonly relayId: string;
  /** Whether it can be asked. */
  control(): CameraControl;
  /** Asks it; `null` where no answer came in time. */
  ask(request: CameraRequest): Promise<CameraAnswer | null>;
}

/** The cameras of the relays that feed a session. */
export interface CamerasOfSessions {
  cameras(sessionId: string): readonly AskedCamera[];
}

/** The camera cannot be asked; the message says why, and what to do. */
export class CameraRefusedError extends OwnerRefusal {
  override readonly name = 'CameraRefusedError';

  constructor(message: string) {
    super('not_available', message);
  }
}

/** The sim's camera on the broadcaster's PC of a show: which relay that is, and how it is asked for another one. */
export class ShowCamera {
  readonly #relays: CamerasOfSessions;

  constructor(relays: CamerasOfSessions) {
    this.#relays = relays;
  }

  /** What the desk shows of it; `null` where no such relay feeds the session. */
  state(session: Session | null): DeskCamera | null {
    const chosen = this.#chosen(session);
    if (session === null || chosen === undefined) return null;
    return { relayId: chosen.relayId, control: chosen.control(), car: session.state.camera?.car ?? null };
  }

  /**
   * Asks the camera for something, and resolves with the relay that has passed it on to its sim.
   * @throws CameraRefusedError
   */
  async ask(session: Session | null, request: CameraRequest): Promise<string> {
    const chosen = this.#chosen(session);
    if (chosen === undefined) {
      throw new CameraRefusedError(
        "No broadcaster's PC is connected: no relay whose token has broadcast:camera feeds the session that the show follows.",
      );
    }
    const { relayId } = chosen;
    const control = chosen.control();
    if (control === 'off') {
      throw new CameraRefusedError(`${relayId} does not accept camera requests: set RELAY_CAMERA_CONTROL=1 there.`);
    }
    if (control === 'unable') {
      throw new CameraRefusedError(`${relayId} reads no sim whose camera can be asked. Of all sources, iracing can.`);
    }
    const answer = await chosen.ask(request);
    if (answer === null) {
      throw new CameraRefusedError(`${relayId} did not answer in time. Look at the picture before you ask again.`);
    }
    if (!answer.asked) throw new CameraRefusedError(`${relayId} did not ask its sim. ${answer.because}`);
    return relayId;
  }

  /** Of several, one that accepts requests; of these, the one whose camera the show believes. */
  #chosen(session: Session | null): AskedCamera | undefined {
    if (session === null) return undefined;
    const { camera, streams } = session.state;
    const believed = camera === null ? undefined : streams[camera.stream]?.relayId;
    const all = this.#relays.cameras(session.id);
    const sorted = [...all.filter(({ relayId }) => relayId === believed), ...all];
    return sorted.find((each) => each.control() === 'accepts') ?? sorted[0];
  }
}
