import './cue-panel.css';
import type { FeedState, OnAir, Slot, SlotsSet } from '@okboxbox/protocol';
import { onAirAt, type Suggestion } from '@okboxbox/race-view';
import { useEffect, useMemo, useRef } from 'react';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { Select } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { type CueDraft, cueLabel, previewOf, SLOT_LABELS, STAYS_MS, setsAnything } from './cue-draft.js';
import { CueFields, type FieldRefs, PlainSlots } from './cue-fields.js';
import { overlaysOf, slotsInTheWay, undrawnSlots } from './outputs.js';
import { Screen } from './screen.js';
import { screenSource } from './screen-source.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';

/** Makes a cue: what it sets, previewed in words and in small, and the press that puts it on air. */
export function CuePanel({
  draft,
  onDraft,
  onAir,
  onSave,
  race,
  suggestions,
  fields,
}: {
  draft: CueDraft;
  onDraft: (draft: CueDraft) => void;
  /** Puts the draft on air. */
  onAir: () => void;
  onSave: () => void;
  race: FeedState | null;
  suggestions: readonly Suggestion[];
  fields: FieldRefs;
}) {
  const { cued, watchers } = useDesk();
  const now = useServerNow(1_000);
  const { set } = draft;
  const change = (over: Partial<SlotsSet>) =>
    onDraft({ ...draft, scene: null, set: withoutAbsent({ ...set, ...over }) });
  const preview = previewOf(onAirAt(cued, now), draft, race);
  const undrawn = undrawnSlots(preview, watchers, now).filter((slot) => set[slot] !== undefined);
  const overlays = [...new Set(undrawn.flatMap(overlaysOf))];
  const inTheWay = slotsInTheWay(preview);
  const names = (slots: readonly Slot[]) => slots.map((slot) => SLOT_LABELS[slot].toLowerCase()).join(', ');
  const isReady = setsAnything(set);
  return (
    <Panel title="Next cue" className="cue-panel" aside={draft.scene === null ? 'custom' : `scene ${draft.scene}`}>
      <div className="cue">
        <CueFields set={set} change={change} race={race} suggestions={suggestions} fields={fields} />
        <div className="cue-preview">
          <PreviewScreen onAir={preview} />
          <p className="cue-note">{cueLabel(set, race)}</p>
          {undrawn.length > 0 && (
            <p className="cue-undrawn" role="status">
              {`No output draws ${names(undrawn)} now.`}
              {overlays.length > 0 && ` Open in OBS: Stage, which draws everything, or ${overlays.join(', ')}.`}
            </p>
          )}
          {inTheWay.some((slot) => set[slot] !== undefined) && (
            <p className="cue-note">{`One place on the stage: ${names(inTheWay)}. The last one cued is shown.`}</p>
          )}
          <div className="cue-time">
            <label>
              Leaves
              <Select
                value={draft.forMs ?? ''}
                onChange={(event) =>
                  onDraft({ ...draft, forMs: event.target.value === '' ? null : Number(event.target.value) })
                }
              >
                {STAYS_MS.map((ms) => (
                  <option key={ms} value={ms ?? ''}>
                    {ms === null ? 'when removed' : `after ${delayLabel(ms)}`}
                  </option>
                ))}
              </Select>
            </label>
            <label title="With the picture: it airs when viewers see this moment. Now: it airs immediately.">
              Airs <KeyHint>w</KeyHint>
              <Select
                value={draft.when}
                onChange={(event) => onDraft({ ...draft, when: event.target.value === 'now' ? 'now' : 'picture' })}
              >
                <option value="picture">with the picture</option>
                <option value="now">now</option>
              </Select>
            </label>
          </div>
          <div className="button-row">
            <Button kind="primary" disabled={!isReady} onClick={onAir}>
              Put on air <KeyHint>a</KeyHint>
            </Button>
            <Button disabled={!isReady} onClick={onSave}>
              Save as scene
            </Button>
          </div>
        </div>
        <PlainSlots set={set} change={change} />
      </div>
    </Panel>
  );
}

function withoutAbsent(set: SlotsSet): SlotsSet {
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
}

/** The picture as it would be with the next cue. */
function PreviewScreen({ onAir }: { onAir: OnAir }) {
  const { live } = useDeskWorld();
  const newest = useRef(onAir);
  const source = useMemo(() => screenSource(live, () => newest.current), [live]);
  useEffect(() => {
    newest.current = onAir;
    source.look();
  });
  return <Screen source={source} label="What the next cue would show" />;
}
