import './scenes-panel.css';
import type { Scene } from '@okboxbox/protocol';
import { useRace } from '../feed/use-race.js';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { ListButton } from '../kit/list-button.js';
import { Panel } from '../kit/panel.js';
import { useAsk } from './confirm-dialog.js';
import { cueLabel } from './cue-draft.js';
import { useDesk, useDeskWorld } from './use-desk.js';

/** Scenes that have a key: Shift and a digit. */
const MAX_KEYS = 9;

/** The show's scenes: each is looked at as the next cue before it airs. */
export function ScenesPanel({ chosen, onChoose }: { chosen: string | null; onChoose: (scene: Scene) => void }) {
  const { client, live } = useDeskWorld();
  const { scenes } = useDesk();
  const race = useRace(live, 1_000);
  const ask = useAsk();
  const remove = (name: string) =>
    ask({
      title: `Delete the scene “${name}”?`,
      text: 'It is deleted for every director of the show. What is on air stays on air.',
      yes: 'Delete',
      onYes: () => void client.call('show:scene', { name, delete: true }),
    });
  return (
    <Panel title="Scenes" className="scenes-panel" aside="choose one, then put it on air">
      {scenes.length === 0 && <p className="soft">No scenes. Make a cue and save it as a scene.</p>}
      <ul className="scenes">
        {scenes.map((scene, i) => (
          <li key={scene.name}>
            <ListButton
              aria-pressed={chosen === scene.name}
              title={cueLabel(scene.set, race)}
              onClick={() => onChoose(scene)}
            >
              <span>{scene.name}</span>
              <span className="soft">{scene.forMs === null ? 'stays' : delayLabel(scene.forMs)}</span>
              {i < MAX_KEYS && <KeyHint>{`⇧${i + 1}`}</KeyHint>}
            </ListButton>
            <Button size="small" aria-label={`Delete the scene ${scene.name}`} onClick={() => remove(scene.name)}>
              ×
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
