import './calibrate-panel.css';
import type { Moment } from '@okboxbox/protocol';
import { carName } from '@okboxbox/race-view';
import { useEffect, useRef, useState } from 'react';
import { useNow } from '../feed/use-now.js';
import { useRace } from '../feed/use-race.js';
import { delayLabel, seconds } from '../format.js';
import { Button } from '../kit/button.js';
import { Select } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { ListButton } from '../kit/list-button.js';
import { Panel } from '../kit/panel.js';
import { momentLabel } from './moment-labels.js';
import { useDesk, useDeskWorld } from './use-desk.js';

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
  const [calibrated, setCalibrated] = useState<{ readonly from: number; readonly delayMs: number } | null>(null);
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

  const calibrate = async (moment: Moment, agoMs: number) => {
    setPressedAt(null);
    const done = await client.call<{ delayMs: number; from: number }>('broadcast:match', {
      at: moment.at,
      agoMs: Math.round(agoMs),
    });
    if (done === null) return;
    setCalibrated(done);
    setChosen(null);
    store.say('ok', `Calibrated: ${delayLabel(done.from)} before, ${delayLabel(done.delayMs)} now.`, Date.now());
  };
  const press = () => {
    setCalibrated(null);
    if (chosen !== null) void calibrate(chosen, 0);
    else setPressedAt(Date.now());
  };
  const choose = (moment: Moment) => {
    if (pressedAt !== null && Date.now() - pressedAt < PRESS_KEPT_MS) void calibrate(moment, Date.now() - pressedAt);
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
        <Button onClick={onClose}>
          Close <KeyHint>Esc</KeyHint>
        </Button>
      }
    >
      <p className="soft">
        Choose a moment <KeyHint>↓</KeyHint>, then press <KeyHint>Space</KeyHint> when the stream shows it. Or press
        first and choose the moment after.
      </p>
      <div className="calibrate-moments">
        <Button kind="primary" onClick={press} disabled={delay === null}>
          {chosen === null ? 'I see it now' : 'It shows now'}
        </Button>
        <span role="status">
          {calibrated !== null
            ? `Delay ${delayLabel(calibrated.from)} before, ${delayLabel(calibrated.delayMs)} now.`
            : pressedAt !== null
              ? `Pressed ${seconds(now - pressedAt)} ago: choose the moment.`
              : chosen !== null
                ? momentLabel(chosen, race)
                : 'No moment chosen.'}
        </span>
        <label>
          Line crossings of
          <Select
            ref={cars}
            value={car ?? ''}
            onChange={(event) => setCar(event.target.value === '' ? null : Number(event.target.value))}
          >
            <option value="">no car</option>
            {race?.entries.map((entry) => (
              <option key={entry.car} value={entry.car}>
                {carName(race, entry.car)}
              </option>
            ))}
          </Select>
        </label>
      </div>
      {moments !== null && shown.length === 0 && (
        <p className="soft">No moment to calibrate with in the last two minutes.</p>
      )}
      <ul className="moments">
        {shown.map((moment) => (
          <li key={moment.id}>
            <ListButton aria-pressed={chosen?.id === moment.id} onClick={() => choose(moment)}>
              <span>{momentLabel(moment, race)}</span>
              <span className="soft">{agoLabel(live.ageOf(moment.at, now))}</span>
            </ListButton>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function agoLabel(ms: number): string {
  return `${seconds(Math.max(0, ms))} ago`;
}
