import './look-editor.css';
import type { ShowLook } from '@okboxbox/protocol';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../kit/button.js';
import { Dialog } from '../kit/dialog.js';
import { Input, Select } from '../kit/field.js';
import { LookColours } from './look-colours.js';
import {
  draftOf,
  isSameLook,
  type LookDraft,
  problemsOf,
  savedLook,
  shownLook,
  THEME_LABELS,
  THEME_NAMES,
} from './look-draft.js';
import { LookLogo } from './look-logo.js';
import { LookPreview } from './look-preview.js';
import { useDesk, useDeskStore, useDeskWorld } from './use-desk.js';

/**
 * Edits the show's own look, with the overlays themselves beside it. Nothing is on air before it is saved, and then it is at once.
 * `draft` is `null` while nothing has been changed.
 */
export function LookEditor({
  draft,
  onDraft,
  onClose,
}: {
  draft: LookDraft | null;
  onDraft: (draft: LookDraft | null) => void;
  onClose: () => void;
}) {
  const { client, store } = useDeskWorld();
  const { look } = useDesk();
  const said = useDeskStore((each) => each.said);
  const dialog = useRef<HTMLDialogElement>(null);
  const [begunFrom, setBegunFrom] = useState(look);
  const [openedAt] = useState(Date.now);
  const [isSaving, setSaving] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const current = draft ?? draftOf(look);
  const problems = problemsOf(current);
  const isChanged = draft !== null && (problems.length > 0 || !isSameLook(savedLook(draft), look));
  const isOvertaken = draft !== null && !isSameLook(begunFrom, look);
  const change = (next: LookDraft) => {
    if (draft === null) setBegunFrom(look);
    onDraft(next);
  };
  const save = async (next: ShowLook | null) => {
    setSaving(true);
    const done = await client.call('show:look', { look: next });
    setSaving(false);
    if (done === null) return;
    onDraft(null);
    store.say('ok', next === null ? 'The overlays have the usual theme.' : 'The look is on air.', Date.now());
    dialog.current?.close();
  };
  const failure = said !== null && said.tone === 'bad' && said.at >= openedAt ? said.text : null;
  return (
    <Dialog className="look-editor" ref={dialog} aria-labelledby="look-title" onClose={onClose}>
      <h2 id="look-title">Look of the overlays</h2>
      <div className="look-columns">
        <form
          id="look-form"
          onSubmit={(event) => {
            event.preventDefault();
            void save(savedLook(current));
          }}
        >
          <div className="look-row">
            <label>
              Theme
              <Select
                value={current.base}
                onChange={(event) => {
                  const base = THEME_NAMES.find((name) => name === event.target.value);
                  if (base !== undefined) change({ ...current, base });
                }}
              >
                {THEME_NAMES.map((name) => (
                  <option key={name} value={name}>
                    {THEME_LABELS[name]}
                  </option>
                ))}
              </Select>
            </label>
            <label>
              Corners in px
              <Input
                inputMode="numeric"
                placeholder="as in the theme"
                value={current.radius}
                onChange={(event) => change({ ...current, radius: event.target.value.trim() })}
              />
            </label>
          </div>
          <LookLogo logo={current.logo} onLogo={(logo) => change({ ...current, logo })} />
          <LookColours draft={current} onDraft={change} />
        </form>
        <LookPreview look={shownLook(current)} />
      </div>
      <div className="look-problems" role="status">
        {isOvertaken && <p>Another director has set another look meanwhile. Save replaces it; Discard shows it.</p>}
        {problems.map((text) => (
          <p key={text}>{text}</p>
        ))}
        {failure !== null && <p>{failure}</p>}
      </div>
      <footer className="look-foot">
        <Button disabled={look === null || isSaving} onClick={() => void save(null)}>
          Back to the usual theme
        </Button>
        <span className="soft">What is saved is on air at once.</span>
        <Button onClick={() => dialog.current?.close()}>Close</Button>
        <Button disabled={draft === null} onClick={() => onDraft(null)}>
          Discard
        </Button>
        <Button kind="primary" type="submit" form="look-form" disabled={!isChanged || problems.length > 0 || isSaving}>
          Save
        </Button>
      </footer>
    </Dialog>
  );
}
