import './cue-panel.css';
import { CUE_FLAGS, type FeedState, MAX_MESSAGE_LENGTH, RESULT_BOARDS, type SlotsSet } from '@okboxbox/protocol';
import { carName, carTag, flagShown } from '@okboxbox/race-view';
import { type ReactNode, type RefObject, useId } from 'react';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { Input, Select } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { type CueDraft, cueLabel, previewOf, SLOT_LABELS, STAYS_MS, setsAnything } from './cue-draft.js';
import { drawnOf, NOT_DRAWN, undrawnSlots } from './drawn-slots.js';
import { Miniature } from './miniature.js';
import type { Suggestion } from './suggestions.js';
import { useDesk } from './use-desk.js';

/** Fields of the panel, for the keys that go to them. */
export type CueFields = Readonly<
  Record<'driver' | 'battle' | 'message' | 'flag' | 'results', RefObject<HTMLElement | null>>
>;

/** What a slot's choice says where the cue leaves it as it is, and where it takes it off. */
const AS_IS = 'no change';
const OFF = 'off';

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
  fields: CueFields;
}) {
  const { cued } = useDesk();
  const { set } = draft;
  const change = (over: Partial<SlotsSet>) =>
    onDraft({ ...draft, scene: null, set: withoutAbsent({ ...set, ...over }) });
  const preview = previewOf(cued, draft, race);
  const undrawn = undrawnSlots(preview);
  const isReady = setsAnything(set);
  return (
    <Panel title="Next cue" aside={draft.scene === null ? 'custom' : `scene ${draft.scene}`}>
      <div className="cue">
        <div className="cue-fields">
          <Choice
            label="Tower"
            hint="o"
            value={set.tower === undefined ? AS_IS : set.tower === null ? OFF : 'on'}
            onChoose={(value) => change({ tower: value === AS_IS ? undefined : value === OFF ? null : {} })}
          >
            <option value="on">on</option>
          </Choice>
          <Choice
            label="Driver"
            hint="v"
            field={fields.driver}
            value={driverValue(set)}
            onChoose={(value) => change({ driver: driverOf(value) })}
          >
            <option value="leader">the leader</option>
            {race?.entries.map((entry) => (
              <option key={entry.car} value={entry.car}>
                {carName(race, entry.car)}
              </option>
            ))}
          </Choice>
          <Choice
            label="Battle"
            hint="t"
            field={fields.battle}
            value={battleValue(set)}
            onChoose={(value) => change({ battle: battleOf(value) })}
          >
            <option value="closest">the closest</option>
            {battlesOf(set, suggestions).map((cars) => (
              <option key={cars.join()} value={cars.join()}>
                {cars.map((car) => carTag(race, car)).join(', ')}
              </option>
            ))}
          </Choice>
          <Choice
            label="Flag"
            hint="f"
            field={fields.flag}
            value={set.flag === undefined ? AS_IS : (set.flag?.flag ?? OFF)}
            onChoose={(value) => {
              const flag = CUE_FLAGS.find((each) => each === value);
              change({ flag: value === AS_IS ? undefined : flag === undefined ? null : { flag } });
            }}
          >
            {CUE_FLAGS.map((flag) => (
              <option key={flag} value={flag}>
                {flagShown([flag]).words}
                {flag === 'yellowWaving' ? ' waving' : ''}
              </option>
            ))}
          </Choice>
          <Choice
            label="Results"
            hint="r"
            field={fields.results}
            value={set.results === undefined ? AS_IS : (set.results?.of ?? OFF)}
            onChoose={(value) => {
              const of = RESULT_BOARDS.find((each) => each === value);
              change({ results: value === AS_IS ? undefined : of === undefined ? null : { of } });
            }}
          >
            {RESULT_BOARDS.map((board) => (
              <option key={board} value={board}>
                {board === 'grid' ? 'starting grid' : board}
              </option>
            ))}
          </Choice>
          <MessageFields set={set} change={change} field={fields.message} />
        </div>
        <div className="cue-preview">
          <Miniature onAir={drawnOf(preview)} race={race} />
          <p className="cue-note">{cueLabel(set, race)}</p>
          {undrawn.length > 0 && (
            <p className="soft">
              {undrawn.map((slot) => SLOT_LABELS[slot]).join(', ')}: {NOT_DRAWN}.
            </p>
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
      </div>
    </Panel>
  );
}

/** One slot's choice: as it is, off, or what it is to show. */
function Choice({
  label,
  hint,
  value,
  onChoose,
  field,
  children,
}: {
  label: string;
  hint: string;
  value: string;
  onChoose: (value: string) => void;
  field?: RefObject<HTMLElement | null>;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>
        {label} <KeyHint>{hint}</KeyHint>
      </label>
      <Select
        id={id}
        ref={field as RefObject<HTMLSelectElement | null>}
        value={value}
        data-set={value !== AS_IS || undefined}
        onChange={(event) => onChoose(event.target.value)}
      >
        <option value={AS_IS}>{AS_IS}</option>
        <option value={OFF}>off</option>
        {children}
      </Select>
    </>
  );
}

function MessageFields({
  set,
  change,
  field,
}: {
  set: SlotsSet;
  change: (over: Partial<SlotsSet>) => void;
  field: RefObject<HTMLElement | null>;
}) {
  const text = set.message?.text ?? '';
  const title = set.message?.title ?? '';
  return (
    <>
      <label htmlFor="cue-message">
        Message <KeyHint>n</KeyHint>
      </label>
      <span className="cue-message">
        <Input
          aria-label="Title of the message"
          placeholder="Title"
          maxLength={60}
          value={title}
          disabled={text === ''}
          onChange={(event) => change({ message: { title: event.target.value || null, text } })}
        />
        <Input
          id="cue-message"
          ref={field as RefObject<HTMLInputElement | null>}
          placeholder={set.message === null ? 'off' : 'no change'}
          maxLength={MAX_MESSAGE_LENGTH}
          value={text}
          onChange={(event) => {
            const next = event.target.value;
            change({ message: next === '' ? undefined : { title: title || null, text: next } });
          }}
        />
        <Button
          aria-pressed={set.message === null}
          onClick={() => change({ message: set.message === null ? undefined : null })}
        >
          off
        </Button>
      </span>
    </>
  );
}

function withoutAbsent(set: SlotsSet): SlotsSet {
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
}

function driverValue({ driver }: SlotsSet): string {
  if (driver === undefined) return AS_IS;
  if (driver === null) return OFF;
  return driver === 'leader' ? driver : String(driver.car);
}

function driverOf(value: string): SlotsSet['driver'] {
  if (value === AS_IS) return undefined;
  if (value === OFF) return null;
  return value === 'leader' ? 'leader' : { car: Number(value) };
}

function battleValue({ battle }: SlotsSet): string {
  if (battle === undefined) return AS_IS;
  if (battle === null) return OFF;
  return battle === 'closest' ? battle : battle.cars.join();
}

function battleOf(value: string): SlotsSet['battle'] {
  if (value === AS_IS) return undefined;
  if (value === OFF) return null;
  return value === 'closest' ? 'closest' : { cars: value.split(',').map(Number) };
}

/** Battles to choose from: those that are suggested, and the one that is chosen even where it is over. */
function battlesOf(set: SlotsSet, suggestions: readonly Suggestion[]): readonly (readonly number[])[] {
  const suggested = suggestions.flatMap((each) =>
    each.set.battle && each.set.battle !== 'closest' ? [each.set.battle.cars] : [],
  );
  const chosen = set.battle && set.battle !== 'closest' ? [set.battle.cars] : [];
  const all = [...chosen, ...suggested];
  return all.filter((cars, i) => all.findIndex((other) => other.join() === cars.join()) === i);
}
