import { NOTHING_CUED, SLOTS, type Slot } from '@okboxbox/protocol';
import { raceOf } from '../feed/use-feed.js';
import { seconds } from '../format.js';
import { onAirAt } from '../tower/tower-rows.js';
import { SLOT_WORDS, slotWords } from './cue-draft.js';
import { KeyHint, Panel } from './panel.js';
import { useDesk, useDeskWorld } from './use-desk.js';
import { useRace } from './use-race.js';

/** What viewers see now beside what is cued: the two differ for as long as a cue is on its way. */
export function OnAirPanel({ onTakeOff }: { onTakeOff: (slots: readonly Slot[]) => void }) {
  const { live, broadcast } = useDeskWorld();
  const { cued } = useDesk();
  const race = useRace(live);
  const shown = useRace(broadcast);
  const aired = shown === null ? null : onAirAt(shown.onAir, broadcast.at);
  const cuedNow = onAirAt(cued, raceOf(live) === null ? null : live.at);
  const taken = SLOTS.filter((slot) => slot !== 'tower' && cuedNow[slot] !== null);
  return (
    <Panel
      title="On air"
      aside={
        <button type="button" className="button" disabled={taken.length === 0} onClick={() => onTakeOff(taken)}>
          All but the tower off <KeyHint>x</KeyHint>
        </button>
      }
    >
      <table className="desk-table slots">
        <thead>
          <tr>
            <th scope="col">Slot</th>
            <th scope="col">Viewers see</th>
            <th scope="col">Leaves in</th>
            <th scope="col">Cued</th>
            <th scope="col">
              <span className="visually-hidden">Take off</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {SLOTS.map((slot) => {
            const seen = slotWords(slot, aired ?? { ...NOTHING_CUED, tower: null }, shown);
            const next = slotWords(slot, cuedNow, race);
            const isOnItsWay = race !== null && race.session.status === 'live' && seen !== next;
            return (
              <tr key={slot} data-differs={isOnItsWay || undefined}>
                <th scope="row">{SLOT_WORDS[slot]}</th>
                <td>{seen || '–'}</td>
                <td className="soft">{leftWords(aired?.[slot]?.until ?? null, broadcast.at)}</td>
                <td>
                  {next || '–'}
                  {isOnItsWay && <small> on its way</small>}
                </td>
                <td>
                  {cuedNow[slot] !== null && (
                    <button
                      type="button"
                      className="button small"
                      aria-label={`Take off: ${SLOT_WORDS[slot]}`}
                      onClick={() => onTakeOff([slot])}
                    >
                      ×
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}

/** How long a graphic still stays. */
function leftWords(until: number | null, at: number | null): string {
  return until === null || at === null ? '' : seconds(Math.max(0, until - at));
}
