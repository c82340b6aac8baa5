import { type CameraAnswer, type CameraControl, cameraRequest } from '@okboxbox/protocol';
import { CameraError, type Source } from '@okboxbox/sims';
import { mayShowCamera } from './camera-right.js';
import type { RelayConfig } from './config.js';

/** Most of a reason that is told. */
const LONGEST = 300;

interface CameraControlDeps {
  readonly source: Pick<Source, 'askCamera'>;
  readonly settings: () => Pick<RelayConfig, 'token' | 'cameraControl'>;
  readonly say: (text: string) => void;
}

/** The sim's camera on this PC, as servers may ask for it: only where the person at this PC has switched that on. */
export class CameraRequests {
  readonly #deps: CameraControlDeps;

  constructor(deps: CameraControlDeps) {
    this.#deps = deps;
  }

  /** What servers are told of it; `null` where the token may not even say which car the camera shows. */
  get control(): CameraControl | null {
    const { source, settings } = this.#deps;
    const { token, cameraControl } = settings();
    if (!mayShowCamera(token)) return null;
    if (source.askCamera === undefined) return 'unable';
    return cameraControl ? 'accepts' : 'off';
  }

  /** Passes a server's request on to the sim. `from` is the server, for the log of this PC. */
  take(given: unknown, from: string): CameraAnswer {
    const request = cameraRequest.safeParse(given);
    if (!request.success) return refused('the relay does not know this kind of request');
    const { control } = this;
    if (control === null) return refused('the token of the relay does not have broadcast:camera');
    if (control === 'off') return refused('RELAY_CAMERA_CONTROL is not on there');
    try {
      if (control === 'unable' || this.#deps.source.askCamera === undefined)
        return refused('its sim takes no requests');
      this.#deps.source.askCamera(request.data);
    } catch (error) {
      // Whatever fails there, the race is fed on.
      return refused(error instanceof CameraError ? error.message : `It failed there: ${(error as Error).message}`);
    }
    const what = 'car' in request.data ? `the car with the index ${request.data.car}` : 'the next camera';
    this.#deps.say(`${from} has asked the sim's camera for ${what}.`);
    return { asked: true };
  }
}

function refused(because: string): CameraAnswer {
  return { asked: false, because: because.slice(0, LONGEST) };
}
