import { contrastText, type LookColour, MIN_CONTRAST, themeOf } from '@okboxbox/protocol';
import { Button } from '../kit/button.js';
import { Input } from '../kit/field.js';
import {
  COLOUR_LABELS,
  COLOUR_NAMES,
  colourIn,
  contrastIn,
  type LookDraft,
  shownLook,
  withColour,
} from './look-draft.js';

/** The colours of a look: each as a colour and as hex, with the contrast that its text has. */
export function LookColours({ draft, onDraft }: { draft: LookDraft; onDraft: (draft: LookDraft) => void }) {
  return (
    <table className="look-colours">
      <thead>
        <tr>
          <th scope="col">Colour</th>
          <th scope="col">Value</th>
          <th scope="col">Contrast</th>
          <th scope="col">
            <span className="visually-hidden">Back to the theme</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {COLOUR_NAMES.map((name) => (
          <ColourRow key={name} name={name} draft={draft} onDraft={onDraft} />
        ))}
      </tbody>
    </table>
  );
}

function ColourRow({
  name,
  draft,
  onDraft,
}: {
  name: LookColour;
  draft: LookDraft;
  onDraft: (draft: LookDraft) => void;
}) {
  const label = COLOUR_LABELS[name];
  const typed = colourIn(draft, name);
  const shown = themeOf(shownLook(draft)).colours[name];
  const contrast = contrastIn(draft, name);
  const isOwn = draft.colours[name] !== undefined;
  const isPale = contrast !== null && contrast < MIN_CONTRAST;
  const change = (value: string) => onDraft(withColour(draft, name, value));
  return (
    <tr>
      <th scope="row">{label}</th>
      <td className="look-value">
        <input
          type="color"
          aria-label={`${label}, choose`}
          value={shown.toLowerCase()}
          onChange={(event) => change(event.target.value)}
        />
        <Input
          aria-label={`${label}, as #rrggbb`}
          aria-invalid={typed.toLowerCase() !== shown.toLowerCase() || undefined}
          data-set={isOwn || undefined}
          spellCheck={false}
          maxLength={9}
          value={typed}
          onChange={(event) => change(event.target.value)}
        />
      </td>
      <td className="look-contrast" data-bad={isPale || undefined}>
        {contrast === null ? '–' : `${contrastText(contrast)}${isPale ? ' too low' : ''}`}
      </td>
      <td>
        {isOwn && (
          <Button
            size="small"
            aria-label={`${label}: back to the theme’s`}
            onClick={() => onDraft(withColour(draft, name, null))}
          >
            ↺
          </Button>
        )}
      </td>
    </tr>
  );
}
