import './cue-fields.css';
import {
  CUE_FLAGS,
  type FeedState,
  MAX_MESSAGE_LENGTH,
  PLAIN_SLOTS,
  type PlainSlot,
  RESULT_BOARDS,
  type SlotsSet,
} from '@okboxbox/protocol';
import { carName, carTag, flagShown, type Suggestion } from '@okboxbox/race-view';
import { type ReactNode, type RefObject, useId } from 'react';
import { Button } from '../kit/button.js';
import { Input, Select } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { SLOT_LABELS, turned } from './cue-draft.js';

/** Fields of a cue that keys go to. */
export type FieldRefs = Readonly<
  Record<'driver' | 'battle' | 'message' | 'flag' | 'results', RefObject<HTMLElement | null>>
>;

/** Keys of the graphics that are only on or off: each press turns the next cue's choice. */
export const PLAIN_SLOT_KEYS: Readonly<Record<PlainSlot, string>> = {
  tower: 'o',
  fastestLap: 'h',
  pits: 'i',
  map: 'k',
  ticker: 'j',
  clock: 'e',
};

/** What a slot's choice says where the cue leaves it as it is, and where it takes it off. */
const AS_IS = 'no change';
const OFF = 'off';

/** What the next cue sets, slot by slot. */
export function CueFields({
  set,
  change,
  race,
  suggestions,
  fields,
}: {
  set: SlotsSet;
  change: (over: Partial<SlotsSet>) => void;
  race: FeedState | null;
  suggestions: readonly Suggestion[];
  fields: FieldRefs;
}) {
  return (
    <div className="cue-fields">
      <Choice
        label="Driver"
        hint="v"
        field={fields.driver}
        value={driverValue(set)}
        onChoose={(value) => change({ driver: driverOf(value) })}
      >
        <option value="leader">the leader</option>
        {/* The server refuses it while no relay says which car that is. */}
        {(race?.camera != null || set.driver === 'onCamera') && <option value="onCamera">the car on camera</option>}
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
  );
}

/** The graphics that are only on or off: a press goes from no change to on, to off, and round again. */
export function PlainSlots({ set, change }: { set: SlotsSet; change: (over: Partial<SlotsSet>) => void }) {
  return (
    <fieldset className="plain-slots">
      <legend className="visually-hidden">On or off</legend>
      {PLAIN_SLOTS.map((slot) => {
        const choice = set[slot] === undefined ? AS_IS : set[slot] === null ? OFF : 'on';
        return (
          <Button
            key={slot}
            size="small"
            data-set={choice === AS_IS ? undefined : choice}
            onClick={() => change({ [slot]: turned(set, slot)[slot] })}
          >
            {SLOT_LABELS[slot]} <b>{choice === AS_IS ? <span className="visually-hidden">{choice}</span> : choice}</b>{' '}
            <KeyHint>{PLAIN_SLOT_KEYS[slot]}</KeyHint>
          </Button>
        );
      })}
    </fieldset>
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

function driverValue({ driver }: SlotsSet): string {
  if (driver === undefined) return AS_IS;
  if (driver === null) return OFF;
  return typeof driver === 'string' ? driver : String(driver.car);
}

function driverOf(value: string): SlotsSet['driver'] {
  if (value === AS_IS) return undefined;
  if (value === OFF) return null;
  return value === 'leader' || value === 'onCamera' ? value : { car: Number(value) };
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
