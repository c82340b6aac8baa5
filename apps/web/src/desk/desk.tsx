import './desk.css';
import {
  type DelayMode,
  type Picture,
  PLAIN_SLOTS,
  type Scene,
  SLOTS,
  type Slot,
  type SlotsSet,
} from '@okboxbox/protocol';
import { type Suggestion, suggestionsOf } from '@okboxbox/race-view';
import { useEffect, useRef, useState } from 'react';
import { useRace } from '../feed/use-race.js';
import { delayLabel } from '../format.js';
import { useKeys } from '../kit/use-keys.js';
import { ActionsPanel } from './actions-panel.js';
import { AutoPanel } from './auto-panel.js';
import { whyNotAsked } from './camera-labels.js';
import { CameraPanel } from './camera-panel.js';
import { type CueDraft, cuedAlone, cueLabel, EMPTY_DRAFT, setsAnything, turned } from './cue-draft.js';
import { PLAIN_SLOT_KEYS } from './cue-fields.js';
import { CuePanel } from './cue-panel.js';
import { DelayPanel } from './delay-panel.js';
import { DeskHead } from './desk-head.js';
import { delayKey, goesOn, matchKey } from './desk-keys.js';
import { LinksPanel } from './links-panel.js';
import { LookPanel } from './look-panel.js';
import { type MatchKeys, MatchPanel } from './match-panel.js';
import { OnAirPanel } from './on-air-panel.js';
import { undrawnSlots } from './outputs.js';
import { OverlaysPanel } from './overlays-panel.js';
import { RacePicture, ScreenPicture } from './picture.js';
import { SaveScene } from './save-scene.js';
import { ScenesPanel } from './scenes-panel.js';
import { SessionPanel } from './session-panel.js';
import { type KeysOfSuggestions, keysOf } from './suggestion-keys.js';
import { SuggestionsPanel } from './suggestions-panel.js';
import { useUndo } from './undo-button.js';
import { useDelayActions } from './use-delay-actions.js';
import { useDesk, useDeskStore, useDeskWorld } from './use-desk.js';

/** Moments and the choices of the next cue are made anew this often, in ms. */
const RACE_EVERY_MS = 1_000;

/** The director's desk, once there is one to show. */
export function Desk() {
  const { client, store, live, broadcast, publicPicture } = useDeskWorld();
  const { delay, scenes, published, watchers, camera } = useDesk();
  const race = useRace(live, RACE_EVERY_MS);
  const isLost = useDeskStore((each) => each.connection.state === 'lost');
  const [mode, setMode] = useState<DelayMode>('glide');
  const [draft, setDraft] = useState<CueDraft>(EMPTY_DRAFT);
  const [picture, setPicture] = useState<Picture>('graphics');
  const [isMatching, setMatching] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [isEditingLook, setEditingLook] = useState(false);
  const matching = useRef<MatchKeys>(null);
  const delayField = useRef<HTMLInputElement>(null);
  const linkField = useRef<HTMLInputElement>(null);
  const fields = {
    driver: useRef<HTMLElement>(null),
    battle: useRef<HTMLElement>(null),
    message: useRef<HTMLElement>(null),
    flag: useRef<HTMLElement>(null),
    results: useRef<HTMLElement>(null),
  };
  const actions = useDelayActions(mode);
  const undo = useUndo();
  const suggestions = race === null || race.session.status === 'ended' ? [] : suggestionsOf(race);
  const keys = useSuggestionKeys(suggestions);

  const cue = async (given: { set: SlotsSet; scene?: string | null; when: CueDraft['when']; forMs: number | null }) => {
    const { set, scene, when, forMs } = given;
    const done = await client.call('broadcast:cue', { set, when, forMs, ...(scene && { scene }) });
    if (done === null) return false;
    const isAt = when === 'now' || delay === null || delay.delayMs === 0 ? 'now' : `in ${delayLabel(delay.delayMs)}`;
    store.say('ok', `${scene ? `${scene}: ` : ''}${cueLabel(set, race)}. On air ${isAt}.`, Date.now());
    return true;
  };
  const airDraft = () => {
    if (!setsAnything(draft.set)) return;
    void cue(draft).then((done) => {
      if (!done) return;
      setDraft({ ...EMPTY_DRAFT, when: draft.when });
      // The next key is a key of the desk again, not a letter of the message.
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
  };
  const airSuggestion = ({ set, forMs }: Suggestion) => void cue({ set, forMs, when: 'picture' });
  const takeOff = (slots: readonly Slot[]) =>
    void cue({ set: Object.fromEntries(slots.map((slot) => [slot, null])), forMs: null, when: draft.when });
  const choose = ({ name, set, forMs }: Scene) => setDraft({ ...draft, scene: name, set, forMs });
  const nextCamera = async () => {
    const because = whyNotAsked(camera);
    if (because !== null) {
      store.say('bad', because, Date.now());
      return;
    }
    const done = await client.call<{ relayId: string }>('show:camera', { next: true });
    if (done !== null) store.say('ok', `${done.relayId} has asked its sim for the next camera.`, Date.now());
  };
  const setAuto = (on: boolean) =>
    void client.call('show:auto', { on }).then((done) => {
      if (done !== null) store.say('ok', on ? 'The show runs by itself.' : 'You have control of the show.', Date.now());
    });
  const takeAllOff = () => takeOff(SLOTS.filter((slot) => slot !== 'tower'));

  useKeys((key) => {
    const [, shift, digit] = /^(Shift\+)?([1-9])$/.exec(key) ?? [];
    if (digit !== undefined) {
      const scene = shift === undefined ? undefined : scenes[Number(digit) - 1];
      const suggestion = shift === undefined ? suggestions.find(({ id }) => keys.get(id) === digit) : undefined;
      if (scene !== undefined) choose(scene);
      if (suggestion !== undefined) airSuggestion(suggestion);
      return true;
    }
    if (isMatching && matchKey(key, matching.current)) return true;
    if (delayKey(key, actions, picture)) return true;
    const plain = PLAIN_SLOTS.find((slot) => PLAIN_SLOT_KEYS[slot] === key);
    if (plain !== undefined) {
      setDraft({ ...draft, scene: null, set: turned(draft.set, plain) });
      return true;
    }
    switch (key) {
      case 'v':
      case 't':
      case 'n':
      case 'f':
      case 'r':
        fields[FIELD_KEYS[key]].current?.focus();
        return true;
      case 'q':
      case '0':
        setAuto(key === '0');
        return true;
      case 'w':
        setDraft({ ...draft, when: draft.when === 'now' ? 'picture' : 'now' });
        return true;
      case 'a':
      case 'Ctrl+Enter':
        airDraft();
        return true;
      case 'x':
        takeAllOff();
        return true;
      case 'z':
        undo();
        return true;
      case 'd':
        delayField.current?.focus();
        return true;
      case 'g':
        setMode(mode === 'glide' ? 'jump' : 'glide');
        return true;
      case 'u':
        setPicture(picture === 'graphics' ? 'public' : 'graphics');
        return true;
      case 'm':
        setMatching(!isMatching);
        return true;
      case 'y':
        void nextCamera();
        return true;
      case 'c':
        setEditingLook(true);
        return true;
      case 's':
        linkField.current?.focus();
        return true;
      case 'Escape':
        if (isMatching) setMatching(false);
        else setDraft({ ...EMPTY_DRAFT, when: draft.when });
        return true;
      default:
        return false;
    }
  }, goesOn);

  return (
    <div className="desk" data-lost={isLost || undefined}>
      <DeskHead actions={actions} />
      <div className="desk-columns">
        <div className="desk-column">
          <DelayPanel
            actions={actions}
            mode={mode}
            onMode={setMode}
            picture={picture}
            onPicture={setPicture}
            onMatch={(each) => {
              setPicture(each);
              setMatching(true);
              matching.current?.takeFocus();
            }}
            field={delayField}
          />
          {isMatching && (
            <MatchPanel key={picture} picture={picture} keys={matching} onClose={() => setMatching(false)} />
          )}
          <SuggestionsPanel
            suggestions={suggestions}
            keys={keys}
            undrawnOf={
              watchers.length === 0
                ? null
                : ({ set }) => undrawnSlots(cuedAlone(set, race), watchers, store.serverNow(Date.now()))
            }
            onAir={airSuggestion}
            onDraft={({ set, forMs }) => setDraft({ ...draft, scene: null, set, forMs })}
          />
          <AutoPanel onRun={() => setAuto(true)} onTake={() => setAuto(false)} />
          <SessionPanel />
          <LinksPanel field={linkField} />
        </div>
        <div className="desk-column">
          <CuePanel
            draft={draft}
            onDraft={setDraft}
            onAir={airDraft}
            onSave={() => setSaving(true)}
            race={race}
            suggestions={suggestions}
            fields={fields}
          />
          <CameraPanel race={race} onNext={() => void nextCamera()} />
          <ScenesPanel chosen={draft.scene} onChoose={choose} />
          <OnAirPanel onTakeOff={takeOff} />
          <OverlaysPanel />
          <LookPanel isEditing={isEditingLook} onEditing={setEditingLook} />
          <ActionsPanel />
        </div>
        <div className="desk-column desk-pictures">
          <ScreenPicture title="Graphics picture" store={broadcast} empty="Nothing has aired yet." />
          <ScreenPicture
            title="Public picture"
            store={publicPicture}
            empty={published ? 'Nothing has aired yet.' : 'The show is not published: the public sees nothing.'}
          />
          <RacePicture
            title="Real time"
            store={live}
            empty="No session yet. One starts when a relay sends data for this show."
          />
        </div>
      </div>
      {isSaving && <SaveScene draft={draft} onClose={() => setSaving(false)} />}
    </div>
  );
}

const FIELD_KEYS = { v: 'driver', t: 'battle', n: 'message', f: 'flag', r: 'results' } as const;

/** Keys of suggestions, kept from one drawing to the next. */
function useSuggestionKeys(suggestions: readonly Suggestion[]): KeysOfSuggestions {
  const before = useRef<KeysOfSuggestions>(new Map());
  const keys = keysOf(suggestions, before.current);
  useEffect(() => {
    before.current = keys;
  });
  return keys;
}
