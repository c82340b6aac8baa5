import './desk-lists.css';
import './on-air-panel.css';
import { NOTHING_CUED, SLOTS, type Slot } from '@okboxbox/protocol';
import { onAirAt } from '@okboxbox/race-view';
import { raceOf } from '../feed/use-feed.js';
import { useRace } from '../feed/use-race.js';
import { seconds } from '../format.js';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { SLOT_LABELS, slotLabel } from './cue-draft.js';
import { undrawnSlots } from './outputs.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';

/** What viewers see now beside what is cued: the two differ for as long as a cue is on its way. */
export function OnAirPanel({ onTakeOff }: { onTakeOff: (slots: readonly Slot[]) => void }) {
  const { live, broadcast } = useDeskWorld();
  const { cued, watchers } = useDesk();
  const now = useServerNow(1_000);
  const race = useRace(live, 1_000);
  const shown = useRace(broadcast, 500);
  const aired = shown === null ? null : onAirAt(shown.onAir, broadcast.at);
  const cuedNow = onAirAt(cued, raceOf(live) === null ? null : live.at);
  const undrawn = aired === null ? [] : undrawnSlots(aired, watchers, now);
  const taken = SLOTS.filter((slot) => slot !== 'tower' && cuedNow[slot] !== null);
  return (
    <Panel
      title="On air"
      aside={
        <Button disabled={taken.length === 0} onClick={() => onTakeOff(taken)}>
          All but the tower off <KeyHint>x</KeyHint>
        </Button>
      }
    >
      <table className="desk-table slots">
        <thead>
          <tr>
            <th scope="col">Slot</th>
            <th scope="col">On air</th>
            <th scope="col">Leaves in</th>
            <th scope="col">Cued</th>
            <th scope="col">
              <span className="visually-hidden">Take off</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {SLOTS.map((slot) => {
            const seen = slotLabel(slot, aired ?? { ...NOTHING_CUED, tower: null }, shown);
            const next = slotLabel(slot, cuedNow, race);
            const isOnItsWay = race !== null && race.session.status === 'live' && seen !== next;
            return (
              <tr key={slot} data-differs={isOnItsWay || undefined}>
                <th scope="row">{SLOT_LABELS[slot]}</th>
                <td>
                  {seen || '–'}
                  {undrawn.includes(slot) && <small className="undrawn">no output draws it</small>}
                </td>
                <td className="soft">{leftLabel(aired?.[slot]?.until ?? null, broadcast.at)}</td>
                <td>
                  {next || '–'}
                  {isOnItsWay && <small> on its way</small>}
                </td>
                <td>
                  {cuedNow[slot] !== null && (
                    <Button
                      size="small"
                      aria-label={`Take off: ${SLOT_LABELS[slot]}`}
                      onClick={() => onTakeOff([slot])}
                    >
                      ×
                    </Button>
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
function leftLabel(until: number | null, at: number | null): string {
  return until === null || at === null ? '' : seconds(Math.max(0, until - at));
}
