import './miniature.css';
import type { FeedState, OnAir } from '@okboxbox/protocol';
import { carName, carTag, flagShown } from '@okboxbox/race-view';

const TOWER_ROWS = Array.from({ length: 10 }, (_, i) => `row ${i}`);

/** The screen in small: which graphics stand where, and what they say. */
export function Miniature({ onAir, race }: { onAir: OnAir; race: FeedState | null }) {
  const flag = onAir.flag === null ? null : flagShown([onAir.flag.flag]);
  return (
    <div className="miniature" aria-hidden="true">
      {onAir.tower !== null && (
        <div className="mini-tower">
          {TOWER_ROWS.map((key) => (
            <i key={key} />
          ))}
        </div>
      )}
      {flag !== null && (
        <div className="mini-flag flag" data-flag={flag.colour}>
          {flag.words}
        </div>
      )}
      {onAir.results !== null && (
        <div className="mini-results">{onAir.results.of === 'grid' ? 'Starting grid' : 'Classification'}</div>
      )}
      {onAir.message !== null && (
        <div className="mini-message">
          {onAir.message.title !== null && <b>{onAir.message.title}</b>} {onAir.message.text}
        </div>
      )}
      {onAir.battle !== null && (
        <div className="mini-battle">
          {onAir.battle.cars.map((car) => (
            <span key={car}>{carTag(race, car)}</span>
          ))}
        </div>
      )}
      {onAir.driver !== null && <div className="mini-driver">{carName(race, onAir.driver.car)}</div>}
    </div>
  );
}
