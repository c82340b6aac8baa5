import './look-panel.css';
import { useState } from 'react';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { COLOUR_LABELS, COLOUR_NAMES, colourIn, draftOf, type LookDraft, THEME_LABELS } from './look-draft.js';
import { LookEditor } from './look-editor.js';
import { useDesk } from './use-desk.js';

/** The show's own look in a few words, and the way to its editor. A draft stays until it is saved or discarded. */
export function LookPanel({ isEditing, onEditing }: { isEditing: boolean; onEditing: (isEditing: boolean) => void }) {
  const { look } = useDesk();
  const [draft, setDraft] = useState<LookDraft | null>(null);
  const saved = draftOf(look);
  const own = Object.keys(saved.colours).length;
  return (
    <Panel title="Look" aside={draft === null ? undefined : 'a draft is not saved'}>
      <div className="look-summary">
        <span className="look-swatches" aria-hidden="true">
          {COLOUR_NAMES.map((name) => (
            <i key={name} title={COLOUR_LABELS[name]} style={{ background: colourIn(saved, name) }} />
          ))}
        </span>
        <span>
          {THEME_LABELS[saved.base]}
          {own > 0 && `, ${own} ${own === 1 ? 'colour' : 'colours'} of its own`}
          {saved.logo !== null && ', logo'}
        </span>
        <Button onClick={() => onEditing(true)}>
          Edit the look <KeyHint>c</KeyHint>
        </Button>
      </div>
      {isEditing && <LookEditor draft={draft} onDraft={setDraft} onClose={() => onEditing(false)} />}
    </Panel>
  );
}
