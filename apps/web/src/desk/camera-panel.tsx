import type { FeedState } from '@okboxbox/protocol';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { shotLabel, whyNotAsked } from './camera-labels.js';
import { useDesk } from './use-desk.js';

/** The sim's camera on the broadcaster's PC: what it shows, and the press for the next one. Only where such a PC is connected. */
export function CameraPanel({ race, onNext }: { race: FeedState | null; onNext: () => void }) {
  const { camera } = useDesk();
  if (camera === null) return null;
  const because = whyNotAsked(camera);
  return (
    <Panel
      title="Camera"
      aside={
        <Button disabled={because !== null} onClick={onNext}>
          Next camera <KeyHint>y</KeyHint>
        </Button>
      }
    >
      <p>
        <span className="soft">{camera.relayId} shows</span> {shotLabel(camera, race)}
      </p>
      {because !== null && <p className="soft">{because}</p>}
    </Panel>
  );
}
