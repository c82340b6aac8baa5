import { KeyHint, Panel } from './panel.js';
import type { KeysOfSuggestions, Suggestion } from './suggestions.js';

const KIND_WORDS: Readonly<Record<Suggestion['kind'], string>> = {
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
      {byKey.length === 0 && <p className="soft">Nothing stands out. Battles, incidents and best laps show up here.</p>}
      <ul className="suggestions">
        {byKey.map((each) => (
          <li key={each.id}>
            <button type="button" className="list-button" onClick={() => onAir(each)}>
              <KeyHint>{keys.get(each.id) ?? ''}</KeyHint>
              <b data-kind={each.kind}>{KIND_WORDS[each.kind]}</b>
              <span>{each.words}</span>
            </button>
            <button
              type="button"
              className="button small"
              aria-label={`Make a cue of it: ${each.words}`}
              title="Make a cue of it first"
              onClick={() => onDraft(each)}
            >
              ✎
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
