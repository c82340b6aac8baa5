import './suggestions-panel.css';
import type { Slot } from '@okboxbox/protocol';
import type { Suggestion } from '@okboxbox/race-view';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { ListButton } from '../kit/list-button.js';
import { Panel } from '../kit/panel.js';
import { SLOT_LABELS } from './cue-draft.js';
import { KIND_LABELS } from './kind-labels.js';
import type { KeysOfSuggestions } from './suggestion-keys.js';
import { useHeldList } from './use-held-list.js';

/** What may be worth showing, the most important first; one key puts it on air with the picture. */
export function SuggestionsPanel({
  suggestions,
  keys,
  undrawnOf,
  onAir,
  onDraft,
}: {
  suggestions: readonly Suggestion[];
  keys: KeysOfSuggestions;
  /** The slots of a moment's cue that no output draws now; `null` where no output is connected at all. */
  undrawnOf: ((suggestion: Suggestion) => readonly Slot[]) | null;
  onAir: (suggestion: Suggestion) => void;
  onDraft: (suggestion: Suggestion) => void;
}) {
  const { rows, reading } = useHeldList(suggestions.filter(({ id }) => keys.has(id)));
  return (
    <Panel title="Moments" className="moments-panel" aside="one key puts it on air with the picture">
      {rows.length === 0 && <p className="soft">No moments now. Battles, incidents and best laps appear here.</p>}
      {undrawnOf === null && rows.length > 0 && (
        <p className="undrawn">No overlay is connected: nothing that you put on air is drawn.</p>
      )}
      <ul className="suggestions" {...reading}>
        {rows.map(({ item, isOver }) => (
          <li key={item.id} data-over={isOver || undefined}>
            <ListButton disabled={isOver} onClick={() => onAir(item)}>
              <KeyHint>{(isOver ? null : keys.get(item.id)) ?? '–'}</KeyHint>
              <b data-kind={item.kind}>{KIND_LABELS[item.kind].short}</b>
              <span>{item.words}</span>
              {isOver ? <span className="soft">over</span> : <Undrawn slots={undrawnOf?.(item) ?? []} />}
            </ListButton>
            <Button
              size="small"
              disabled={isOver}
              aria-label={`Edit as a cue: ${item.words}`}
              title="Edit as a cue first"
              onClick={() => onDraft(item)}
            >
              ✎
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Undrawn({ slots }: { slots: readonly Slot[] }) {
  if (slots.length === 0) return null;
  const which = slots.map((slot) => SLOT_LABELS[slot].toLowerCase()).join(', ');
  return <small className="undrawn" title={`No output draws ${which} now.`}>{`no output: ${which}`}</small>;
}
