import './desk.css';
import type { DelayMode, Scene, Slot, SlotsSet } from '@okboxbox/protocol';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useNow } from '../feed/use-now.js';
import { useRace } from '../feed/use-race.js';
import { age, delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { StateBadge } from '../kit/state-badge.js';
import { useKeys } from '../kit/use-keys.js';
import { ActionsPanel } from './actions-panel.js';
import { CalibratePanel, type Calibrating } from './calibrate-panel.js';
import { type CueDraft, cueLabel, EMPTY_DRAFT, setsAnything } from './cue-draft.js';
import { CuePanel } from './cue-panel.js';
import { nextPreset } from './delay-labels.js';
import { DelayBadge, DelayPanel } from './delay-panel.js';
import { LinksPanel } from './links-panel.js';
import { OnAirPanel } from './on-air-panel.js';
import { OverlaysPanel } from './overlays-panel.js';
import { Picture } from './picture.js';
import { SaveScene } from './save-scene.js';
import { ScenesPanel } from './scenes-panel.js';
import { SessionPanel } from './session-panel.js';
import { type KeysOfSuggestions, keysOf, type Suggestion, suggestionsOf } from './suggestions.js';
import { SuggestionsPanel } from './suggestions-panel.js';
import { type DelayActions, useDelayActions } from './use-delay-actions.js';
import { useDesk, useDeskStore, useDeskWorld } from './use-desk.js';

/** Keys of the desk, as `?` lists them. */
export const DESK_KEYS = [
  { keys: ['1', '…', '9'], does: 'put the suggested moment on air' },
  { keys: ['⇧ 1', '…', '9'], does: 'choose a scene as the next cue' },
  { keys: ['v', 't', 'n'], does: 'next cue: driver, battle, message' },
  { keys: ['f', 'r', 'o'], does: 'next cue: flag, results, tower' },
  { keys: ['w'], does: 'air it with the picture, or now' },
  { keys: ['a', 'Ctrl Enter'], does: 'put the next cue on air' },
  { keys: ['x'], does: 'take everything but the tower off air' },
  { keys: ['+', '-'], does: 'delay a second longer, shorter' },
  { keys: ['.', ','], does: 'delay a tenth longer, shorter' },
  { keys: ['PgUp', 'PgDn'], does: 'next preset up, down' },
  { keys: ['d'], does: 'type a delay' },
  { keys: ['g'], does: 'glide or jump to a shorter delay' },
  { keys: ['l'], does: 'go live (asks first)' },
  { keys: ['p'], does: 'pause and resume the picture' },
  { keys: ['m'], does: 'calibrate: ↓ ↑ choose a moment, Space confirms, c chooses a car' },
  { keys: ['b'], does: 'publish, or unpublish (asks first)' },
  { keys: ['s'], does: 'create a share link' },
  { keys: ['Esc'], does: 'leave a field and keep the cue; outside a field: close, clear the next cue' },
  { keys: ['?'], does: 'show these keys' },
];

/** What the director did is said for so long, in ms. */
const SAID_MS = 6_000;

/** The director's desk, once there is one to show. */
export function Desk() {
  const { client, store, live, broadcast } = useDeskWorld();
  const { delay, scenes } = useDesk();
  const race = useRace(live);
  const isLost = useDeskStore((each) => each.connection.state === 'lost');
  const [mode, setMode] = useState<DelayMode>('glide');
  const [draft, setDraft] = useState<CueDraft>(EMPTY_DRAFT);
  const [isCalibrating, setCalibrating] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const calibrating = useRef<Calibrating>(null);
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
  const takeAllOff = () => takeOff(['driver', 'battle', 'message', 'flag', 'results']);

  useKeys((key) => {
    const [, shift, digit] = /^(Shift\+)?([1-9])$/.exec(key) ?? [];
    if (digit !== undefined) {
      const scene = shift === undefined ? undefined : scenes[Number(digit) - 1];
      const suggestion = shift === undefined ? suggestions.find(({ id }) => keys.get(id) === digit) : undefined;
      if (scene !== undefined) choose(scene);
      if (suggestion !== undefined) airSuggestion(suggestion);
      return true;
    }
    if (isCalibrating && calibrateKey(key, calibrating.current)) return true;
    if (delayKey(key, actions, delay?.delayMs ?? null)) return true;
    switch (key) {
      case 'v':
      case 't':
      case 'n':
      case 'f':
      case 'r':
        fields[FIELD_KEYS[key]].current?.focus();
        return true;
      case 'o':
        setDraft({ ...draft, scene: null, set: withTower(draft.set) });
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
      case 'd':
        delayField.current?.focus();
        return true;
      case 'g':
        setMode(mode === 'glide' ? 'jump' : 'glide');
        return true;
      case 'm':
        setCalibrating(!isCalibrating);
        return true;
      case 's':
        linkField.current?.focus();
        return true;
      case 'Escape':
        if (isCalibrating) setCalibrating(false);
        else setDraft({ ...EMPTY_DRAFT, when: draft.when });
        return true;
      default:
        return false;
    }
  }, isDelayStep);

  return (
    <div className="desk" data-lost={isLost || undefined}>
      <DeskHead actions={actions} />
      <div className="desk-columns">
        <div className="desk-pictures">
          <Picture title="Viewers see" store={broadcast} empty="Nothing has aired yet." />
          <Picture
            title="Real time"
            store={live}
            empty="No session yet. One starts when a relay sends data for this show."
          />
        </div>
        <div className="desk-column">
          <DelayPanel actions={actions} mode={mode} onMode={setMode} field={delayField} />
          {isCalibrating ? (
            <CalibratePanel keys={calibrating} onClose={() => setCalibrating(false)} />
          ) : (
            <Opener onOpen={() => setCalibrating(true)}>
              Calibrate the delay against the stream <KeyHint>m</KeyHint>
            </Opener>
          )}
          <SuggestionsPanel
            suggestions={suggestions}
            keys={keys}
            onAir={airSuggestion}
            onDraft={({ set, forMs }) => setDraft({ ...draft, scene: null, set, forMs })}
          />
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
          <ScenesPanel chosen={draft.scene} onChoose={choose} />
          <OnAirPanel onTakeOff={takeOff} />
          <OverlaysPanel />
          <ActionsPanel />
        </div>
      </div>
      {isSaving && <SaveScene draft={draft} onClose={() => setSaving(false)} />}
    </div>
  );
}

const FIELD_KEYS = { v: 'driver', t: 'battle', n: 'message', f: 'flag', r: 'results' } as const;

/** The tower as it is, on, off, and round again. */
function withTower({ tower, ...rest }: SlotsSet): SlotsSet {
  if (tower === undefined) return { ...rest, tower: {} };
  return tower === null ? rest : { ...rest, tower: null };
}

function calibrateKey(key: string, calibrating: Calibrating | null): boolean {
  if (calibrating === null) return false;
  switch (key) {
    case ' ':
      calibrating.press();
      return true;
    case 'ArrowDown':
    case 'ArrowUp':
      calibrating.move(key === 'ArrowDown' ? 1 : -1);
      return true;
    case 'c':
      calibrating.chooseCar();
      return true;
    default:
      return false;
  }
}

const DELAY_STEPS: Readonly<Record<string, number>> = { '+': 1_000, '=': 1_000, '-': -1_000, '.': 100, ',': -100 };

/** Keys that go on while they are held. */
function isDelayStep(key: string): boolean {
  return key in DELAY_STEPS;
}

function delayKey(key: string, actions: DelayActions, delayMs: number | null): boolean {
  const step = DELAY_STEPS[key];
  if (step !== undefined) {
    actions.step(step);
    return true;
  }
  switch (key) {
    case 'PageUp':
    case 'PageDown':
      if (delayMs !== null) actions.set(nextPreset(delayMs, key === 'PageUp' ? 1 : -1));
      return true;
    case 'l':
      actions.set(0);
      return true;
    case 'p':
      actions.pauseOrResume();
      return true;
    case 'b':
      actions.publishOrNot();
      return true;
    default:
      return false;
  }
}

/** Keys of suggestions, kept from one drawing to the next. */
function useSuggestionKeys(suggestions: readonly Suggestion[]): KeysOfSuggestions {
  const before = useRef<KeysOfSuggestions>(new Map());
  const keys = keysOf(suggestions, before.current);
  useEffect(() => {
    before.current = keys;
  });
  return keys;
}

function Opener({ onOpen, children }: { onOpen: () => void; children: ReactNode }) {
  return (
    <Button className="opener" onClick={onOpen}>
      {children}
    </Button>
  );
}

/** The show, whether it is published, where its delay stands, and what came of the last call. */
function DeskHead({ actions }: { actions: DelayActions }) {
  const { show, published, notStoredBecause = null, sessionId, airedSessionId, publicViewers, watchers } = useDesk();
  const connection = useDeskStore((store) => store.connection);
  const said = useDeskStore((store) => store.said);
  const now = useNow(500);
  const moving = sessionId !== null && airedSessionId !== null && sessionId !== airedSessionId;
  return (
    <header className="desk-head">
      <h1>
        {show} <small>director’s desk</small>
      </h1>
      <Button className="publish" data-on={published || undefined} onClick={actions.publishOrNot}>
        <StateBadge state={published ? 'ok' : 'off'}>{published ? 'Published' : 'Not published'}</StateBadge>
        <KeyHint>b</KeyHint>
      </Button>
      <DelayBadge />
      <span className="soft">
        {watchers.length} {watchers.length === 1 ? 'overlay' : 'overlays'} · {publicViewers} public
      </span>
      {notStoredBecause !== null && (
        <StateBadge state="warn">{`settings not stored: ${notStoredBecause}. Do not restart the server`}</StateBadge>
      )}
      {moving && <StateBadge state="warn">a new session airs soon</StateBadge>}
      <p className="said" role="status" data-tone={said?.tone}>
        {connection.state === 'lost' ? (
          <StateBadge state="bad">{`disconnected for ${age(now - connection.since)}: what you see is out of date`}</StateBadge>
        ) : said !== null && (said.tone === 'bad' || now - said.at < SAID_MS) ? (
          said.text
        ) : (
          ''
        )}
      </p>
    </header>
  );
}
