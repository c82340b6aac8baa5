import { type FormEvent, useEffect, useRef, useState } from 'react';
import { delayWords } from '../format.js';
import { type CueDraft, cueWords } from './cue-draft.js';
import { useDesk, useDeskWorld } from './use-desk.js';
import { useRace } from './use-race.js';

/** Asks for the name under which a cue is kept as a scene; a name that is there already is replaced. */
export function SaveScene({ draft, onClose }: { draft: CueDraft; onClose: () => void }) {
  const { client, live, store } = useDeskWorld();
  const { scenes } = useDesk();
  const race = useRace(live);
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState(draft.scene ?? '');
  useEffect(() => dialog.current?.showModal(), []);
  const trimmed = name.trim();
  const replaces = scenes.some((scene) => scene.name === trimmed);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const scene = { name: trimmed, set: draft.set, forMs: draft.forMs };
    const done = await client.call('scene:save', { scene, ...(replaces && { replaces: trimmed }) });
    if (done !== null) store.say('ok', `Scene ${trimmed} is saved.`, Date.now());
    dialog.current?.close();
  };
  return (
    <dialog className="keys ask" ref={dialog} aria-labelledby="save-title" onClose={onClose}>
      <h2 id="save-title">Save as a scene</h2>
      <p>
        {cueWords(draft.set, race)}. {draft.forMs === null ? 'Stays.' : `Leaves after ${delayWords(draft.forMs)}.`}
      </p>
      <form onSubmit={(event) => void submit(event)}>
        <input
          className="field"
          aria-label="Name of the scene"
          placeholder="Name"
          maxLength={40}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Leave it
        </button>
        <button type="submit" className="button primary" disabled={trimmed === ''}>
          {replaces ? 'Replace' : 'Save'}
        </button>
      </form>
    </dialog>
  );
}
