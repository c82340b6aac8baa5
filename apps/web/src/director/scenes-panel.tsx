import type { Scene } from '@okboxbox/protocol';
import { delayWords } from '../format.js';
import { useAsk } from './confirm-dialog.js';
import { cueWords } from './cue-draft.js';
import { KeyHint, Panel } from './panel.js';
import { useDesk, useDeskWorld } from './use-desk.js';
import { useRace } from './use-race.js';

/** Scenes that have a key: Shift and a digit. */
const MAX_KEYS = 9;

/** The show's scenes: each is looked at as the next cue before it airs. */
export function ScenesPanel({ chosen, onChoose }: { chosen: string | null; onChoose: (scene: Scene) => void }) {
  const { client, live } = useDeskWorld();
  const { scenes } = useDesk();
  const race = useRace(live);
  const ask = useAsk();
  const remove = (name: string) =>
    ask({
      title: `Delete the scene “${name}”?`,
      text: 'It goes for every director of the show. What it has put on air stays.',
      yes: 'Delete',
      onYes: () => void client.call('scene:delete', { name }),
    });
  return (
    <Panel title="Scenes" aside="chosen first, then put on air">
      {scenes.length === 0 && <p className="soft">No scene. Make a cue and save it as one.</p>}
      <ul className="scenes">
        {scenes.map((scene, i) => (
          <li key={scene.name}>
            <button
              type="button"
              className="list-button"
              aria-pressed={chosen === scene.name}
              title={cueWords(scene.set, race)}
              onClick={() => onChoose(scene)}
            >
              <span>{scene.name}</span>
              <span className="soft">{scene.forMs === null ? 'stays' : delayWords(scene.forMs)}</span>
              {i < MAX_KEYS && <KeyHint>{`⇧${i + 1}`}</KeyHint>}
            </button>
            <button
              type="button"
              className="button small"
              aria-label={`Delete the scene ${scene.name}`}
              onClick={() => remove(scene.name)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
