import type { Moment } from '@okboxbox/protocol';
import { useEffect, useRef, useState } from 'react';
import { delayWords, seconds } from '../format.js';
import { useNow } from '../shell/use-now.js';
import { momentWords } from './moment-words.js';
import { carName } from './names.js';
import { KeyHint, Panel } from './panel.js';
import { useDesk, useDeskWorld } from './use-desk.js';
import { useRace } from './use-race.js';

const POLL_MS = 1_000;
const MAX_SHOWN = 12;
/** A press without a moment is kept for so long, in ms. */
const PRESS_KEPT_MS = 60_000;

/** What of calibrating the desk's keys reach. */
export interface Calibrating {
  readonly move: (step: 1 | -1) => void;
  readonly press: () => void;
  readonly chooseCar: () => void;
}

/**
 * Sets the delay from what the director sees on the stream: a moment, and the press at which the stream shows it, in
 * either order.
 */
export function CalibratePanel({ keys, onClose }: { keys: { current: Calibrating | null }; onClose: () => void }) {
  const { client, live, store } = useDeskWorld();
  const { delay } = useDesk();
  const race = useRace(live);
  const [moments, setMoments] = useState<readonly Moment[] | null>(null);
  const [car, setCar] = useState<number | null>(null);
  const [chosen, setChosen] = useState<Moment | null>(null);
  const [pressedAt, setPressedAt] = useState<number | null>(null);
  const [matched, setMatched] = useState<{ readonly from: number; readonly delayMs: number } | null>(null);
  const cars = useRef<HTMLSelectElement>(null);
  const now = useNow(250);

  useEffect(() => {
    let isOpen = true;
    const ask = async () => {
      const answer = await client.call<{ moments: Moment[] }>('broadcast:moments', car === null ? {} : { car });
      if (isOpen && answer !== null) setMoments(answer.moments);
    };
    void ask();
    const timer = setInterval(() => void ask(), POLL_MS);
    return () => {
      isOpen = false;
      clearInterval(timer);
    };
  }, [client, car]);

  const match = async (moment: Moment, agoMs: number) => {
    setPressedAt(null);
    const done = await client.call<{ delayMs: number; from: number }>('broadcast:match', {
      at: moment.at,
      agoMs: Math.round(agoMs),
    });
    if (done === null) return;
    setMatched(done);
    setChosen(null);
    store.say('ok', `Matched: ${delayWords(done.from)} before, ${delayWords(done.delayMs)} now.`, Date.now());
  };
  const press = () => {
    setMatched(null);
    if (chosen !== null) void match(chosen, 0);
    else setPressedAt(Date.now());
  };
  const choose = (moment: Moment) => {
    if (pressedAt !== null && Date.now() - pressedAt < PRESS_KEPT_MS) void match(moment, Date.now() - pressedAt);
    else setChosen(moment);
  };
  const shown = (moments ?? []).slice(0, MAX_SHOWN);
  useEffect(() => {
    keys.current = {
      press,
      chooseCar: () => cars.current?.focus(),
      move: (step) => {
        const at = shown.findIndex(({ id }) => id === chosen?.id);
        const next = shown[Math.min(shown.length - 1, Math.max(0, at + step))];
        if (next !== undefined) setChosen(next);
      },
    };
    return () => {
      keys.current = null;
    };
  });

  return (
    <Panel
      title="Calibrate"
      aside={
        <button type="button" className="button" onClick={onClose}>
          Close <KeyHint>Esc</KeyHint>
        </button>
      }
    >
      <p className="soft">
        Choose a moment <KeyHint>↓</KeyHint>, and press match <KeyHint>Space</KeyHint> when the stream shows it. Or
        press first, and say then what you saw.
      </p>
      <div className="match">
        <button type="button" className="button primary" onClick={press} disabled={delay === null}>
          {chosen === null ? 'I see it now' : 'Match'}
        </button>
        <span role="status">
          {matched !== null
            ? `Delay ${delayWords(matched.from)} before, ${delayWords(matched.delayMs)} now.`
            : pressedAt !== null
              ? `Seen ${seconds(now - pressedAt)} ago: which moment was it?`
              : chosen !== null
                ? momentWords(chosen, race)
                : 'No moment chosen.'}
        </span>
        <label>
          Crossings of
          <select
            ref={cars}
            className="field"
            value={car ?? ''}
            onChange={(event) => setCar(event.target.value === '' ? null : Number(event.target.value))}
          >
            <option value="">no car</option>
            {race?.entries.map((entry) => (
              <option key={entry.car} value={entry.car}>
                {carName(race, entry.car)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {moments !== null && shown.length === 0 && (
        <p className="soft">Nothing to match with has happened in the last two minutes.</p>
      )}
      <ul className="moments">
        {shown.map((moment) => (
          <li key={moment.id}>
            <button
              type="button"
              className="list-button"
              aria-pressed={chosen?.id === moment.id}
              onClick={() => choose(moment)}
            >
              <span>{momentWords(moment, race)}</span>
              <span className="soft">{agoWords(live.ageOf(moment.at, now))}</span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function agoWords(ms: number): string {
  return `${seconds(Math.max(0, ms))} ago`;
}
