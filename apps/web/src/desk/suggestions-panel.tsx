import './suggestions-panel.css';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { ListButton } from '../kit/list-button.js';
import { Panel } from '../kit/panel.js';
import type { KeysOfSuggestions, Suggestion } from './suggestions.js';

const KIND_LABELS: Readonly<Record<Suggestion['kind'], string>> = {
  incident: 'Incident',
  'leader-pits': 'Leader',
  'fastest-lap': 'Fastest lap',
  battle: 'Battle',
  closing: 'Closing',
};

/** What may be worth showing; one key puts it on air with the picture. */
export function SuggestionsPanel({
  suggestions,
  keys,
  onAir,
  onDraft,
}: {
  suggestions: readonly Suggestion[];
  keys: KeysOfSuggestions;
  onAir: (suggestion: Suggestion) => void;
  onDraft: (suggestion: Suggestion) => void;
}) {
  const withKey = suggestions.filter(({ id }) => keys.has(id));
  const byKey = [...withKey].sort((a, b) => (keys.get(a.id) ?? '').localeCompare(keys.get(b.id) ?? ''));
  return (
    <Panel title="Moments" aside="one key puts it on air with the picture">
      {byKey.length === 0 && <p className="soft">No moments now. Battles, incidents and best laps appear here.</p>}
      <ul className="suggestions">
        {byKey.map((each) => (
          <li key={each.id}>
            <ListButton onClick={() => onAir(each)}>
              <KeyHint>{keys.get(each.id) ?? ''}</KeyHint>
              <b data-kind={each.kind}>{KIND_LABELS[each.kind]}</b>
              <span>{each.words}</span>
            </ListButton>
            <Button
              size="small"
              aria-label={`Edit as a cue: ${each.words}`}
              title="Edit as a cue first"
              onClick={() => onDraft(each)}
            >
              ✎
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
