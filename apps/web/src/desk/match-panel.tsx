import './match-panel.css';
import type { Moment, Picture } from '@okboxbox/protocol';
import { carName } from '@okboxbox/race-view';
import { useEffect, useRef, useState } from 'react';
import { useRace } from '../feed/use-race.js';
import { delayLabel, seconds } from '../format.js';
import { Button } from '../kit/button.js';
import { Select } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { ListButton } from '../kit/list-button.js';
import { Panel } from '../kit/panel.js';
import { PICTURE_LABELS } from './delay-labels.js';
import { type Matching, NOT_MATCHED, type Proposal, proposalOf, stillMatching } from './matching.js';
import { momentLabel } from './moment-labels.js';
import { UndoButton } from './undo-button.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';
import { useHeldList } from './use-held-list.js';

const POLL_MS = 1_000;
const MAX_SHOWN = 12;

/** What of matching the desk's keys reach. */
export interface MatchKeys {
  readonly move: (step: 1 | -1) => void;
  readonly press: () => void;
  readonly confirm: () => void;
  readonly chooseCar: () => void;
  /** Takes the focus from a button that was pressed: Space and Enter are the panel's then. */
  readonly takeFocus: () => void;
}

/**
 * Matches a delay with what the director sees: a moment, and the press at which it is seen, in either order. What that would
 * set is shown before it is set.
 */
export function MatchPanel({
  picture,
  keys,
  onClose,
}: {
  picture: Picture;
  keys: { current: MatchKeys | null };
  onClose: () => void;
}) {
  const { client, live, store } = useDeskWorld();
  const { delay } = useDesk();
  const race = useRace(live, 1_000);
  const [car, setCar] = useState<number | null>(null);
  const moments = useMoments(car);
  const [kept, setMatching] = useState<Matching>(NOT_MATCHED);
  const [matched, setMatched] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const panel = useRef<HTMLElement>(null);
  const cars = useRef<HTMLSelectElement>(null);
  const isByPointer = useRef(false);
  const now = useServerNow(250);
  const matching = stillMatching(kept, now);
  const figure = picture === 'graphics' ? 'delayMs' : 'publicExtraMs';
  const { name, watch, figure: word } = PICTURE_LABELS[picture];
  const proposal = proposalOf(matching, picture === 'public' ? (delay?.delayMs ?? 0) : 0);
  const { rows, reading } = useHeldList((moments ?? []).slice(0, MAX_SHOWN));

  const confirm = async () => {
    if (proposal === null || proposal.problem !== null) return;
    const agoMs = Math.max(0, Math.round(store.serverNow(Date.now()) - proposal.pressedAt));
    const done = await client.call<{ delayMs: number; publicExtraMs: number; from: number }>('broadcast:match', {
      picture,
      at: proposal.moment.at,
      agoMs,
    });
    if (done === null) return;
    setMatched({ from: done.from, to: done[figure] });
    setMatching(NOT_MATCHED);
    store.say(
      'ok',
      `${name} calibrated: ${delayLabel(done.from)} before, ${delayLabel(done[figure])} now.`,
      Date.now(),
    );
  };
  const takeFocus = () => panel.current?.focus({ preventScroll: true });
  const press = () => {
    setMatched(null);
    setMatching({ ...matching, pressedAt: store.serverNow(Date.now()) });
    takeFocus();
  };
  const choose = (moment: Moment) => {
    setMatching({ ...matching, moment });
    takeFocus();
  };
  useEffect(() => panel.current?.focus(), []);
  useEffect(() => {
    keys.current = {
      press,
      confirm: () => void confirm(),
      chooseCar: () => cars.current?.focus(),
      takeFocus,
      move: (step) => {
        const at = rows.findIndex(({ item }) => item.id === matching.moment?.id);
        const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
        if (next !== undefined) choose(next.item);
      },
    };
    return () => {
      keys.current = null;
    };
  });

  return (
    <Panel
      ref={panel}
      title={`Calibrate the ${PICTURE_LABELS[picture].title}: ${watch}`}
      className="match-panel"
      aside={
        <Button onClick={onClose}>
          Close <KeyHint>Esc</KeyHint>
        </Button>
      }
    >
      <p className="soft">
        Choose a moment <KeyHint>↓</KeyHint>, and press <KeyHint>Space</KeyHint> when you see it{' '}
        {picture === 'graphics' ? 'in OBS' : 'on the stream'}. Or press first and choose the moment after. Nothing is
        set before you confirm it.
      </p>
      <div className="match-press">
        <Button kind={proposal === null ? 'primary' : 'plain'} onClick={press} disabled={delay === null}>
          I see it now <KeyHint>Space</KeyHint>
        </Button>
        <label>
          Line crossings of
          <Select
            ref={cars}
            value={car ?? ''}
            onPointerDown={() => {
              isByPointer.current = true;
            }}
            onKeyDown={() => {
              isByPointer.current = false;
            }}
            onChange={(event) => {
              setCar(event.target.value === '' ? null : Number(event.target.value));
              // By keyboard the next arrow goes on choosing.
              if (isByPointer.current) takeFocus();
            }}
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
      <div className="match-result" role="status">
        {proposal !== null ? (
          <Proposed
            proposal={proposal}
            word={word}
            nowMs={delay?.[figure] ?? 0}
            onConfirm={() => void confirm()}
            onDiscard={() => setMatching({ ...matching, pressedAt: null })}
          />
        ) : matched !== null && delay?.[figure] === matched.to ? (
          <>
            <span>{`The ${word} was ${delayLabel(matched.from)} before, and is ${delayLabel(matched.to)} now.`}</span>
            <UndoButton />
          </>
        ) : matching.pressedAt !== null ? (
          `Pressed ${seconds(now - matching.pressedAt)} ago: choose the moment that you saw.`
        ) : matching.moment !== null ? (
          momentLabel(matching.moment, race)
        ) : (
          'No moment chosen.'
        )}
      </div>
      {moments !== null && rows.length === 0 && (
        <p className="soft">No moment to calibrate with in the last two minutes.</p>
      )}
      <ul className="moments" {...reading}>
        {rows.map(({ item }) => (
          <li key={item.id}>
            <ListButton aria-pressed={matching.moment?.id === item.id} onClick={() => choose(item)}>
              <span>{momentLabel(item, race)}</span>
              <span className="soft">{seconds(Math.max(0, now - item.at))} ago</span>
            </ListButton>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Proposed({
  proposal: { moment, setsMs, problem },
  word,
  nowMs,
  onConfirm,
  onDiscard,
}: {
  proposal: Proposal;
  /** The figure that it sets, in words. */
  word: string;
  nowMs: number;
  onConfirm: () => void;
  onDiscard: () => void;
}) {
  const { live } = useDeskWorld();
  const race = useRace(live, 1_000);
  return (
    <>
      <span>
        {momentLabel(moment, race)}:{' '}
        {problem ?? `the ${word} would be ${seconds(setsMs)}; it is ${delayLabel(nowMs)} now.`}
      </span>
      {problem === null && (
        <Button kind="primary" onClick={onConfirm}>
          Set {seconds(setsMs)} <KeyHint>Enter</KeyHint>
        </Button>
      )}
      <Button onClick={onDiscard}>Discard</Button>
    </>
  );
}

/** What can be matched with, asked for again and again; `null` before the first answer. */
function useMoments(car: number | null): readonly Moment[] | null {
  const { client } = useDeskWorld();
  const [moments, setMoments] = useState<readonly Moment[] | null>(null);
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
  return moments;
}
