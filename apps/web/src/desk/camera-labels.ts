import type { DeskCamera, FeedState } from '@okboxbox/protocol';
import { carName } from '@okboxbox/race-view';

/** Why the camera cannot be asked, and what to do; `null` where it can. */
export function whyNotAsked(camera: DeskCamera | null): string | null {
  if (camera === null) return 'No broadcaster’s PC is connected: its relay needs a token of the role camera.';
  const { relayId, control } = camera;
  if (control === 'accepts') return null;
  return control === 'off'
    ? `${relayId} does not accept camera requests: set RELAY_CAMERA_CONTROL=1 there.`
    : `${relayId} reads no sim whose camera can be asked.`;
}

/** What the camera of a broadcaster's PC shows in real time. */
export function shotLabel({ car }: DeskCamera, race: FeedState | null): string {
  return car === null ? 'no car' : race === null ? 'a car' : carName(race, car);
}
