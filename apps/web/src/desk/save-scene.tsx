import './confirm-dialog.css';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useRace } from '../feed/use-race.js';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { Dialog } from '../kit/dialog.js';
import { Input } from '../kit/field.js';
import { type CueDraft, cueLabel } from './cue-draft.js';
import { useDesk, useDeskWorld } from './use-desk.js';

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
    const done = await client.call('show:scene', { scene, ...(replaces && { replaces: trimmed }) });
    if (done !== null) store.say('ok', `Scene ${trimmed} is saved.`, Date.now());
    dialog.current?.close();
  };
  return (
    <Dialog className="ask" ref={dialog} aria-labelledby="save-title" onClose={onClose}>
      <h2 id="save-title">Save as a scene</h2>
      <p>
        {cueLabel(draft.set, race)}.{' '}
        {draft.forMs === null ? 'Stays until removed.' : `Removed after ${delayLabel(draft.forMs)}.`}
      </p>
      <form onSubmit={(event) => void submit(event)}>
        <Input
          aria-label="Name of the scene"
          placeholder="Name"
          maxLength={40}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button onClick={() => dialog.current?.close()}>Cancel</Button>
        <Button type="submit" kind="primary" disabled={trimmed === ''}>
          {replaces ? 'Replace' : 'Save'}
        </Button>
      </form>
    </Dialog>
  );
}
