import type { Lap } from '@okboxbox/protocol';
import { COLUMN_INDEX, unpackRow } from '@okboxbox/protocol';
import { useQuery } from '@tanstack/react-query';
import { call } from '../calls.js';
import { useFeed } from '../feed/use-feed.js';
import { lapTime } from '../format.js';
import { LapPlot } from './lap-plot.js';
import { statusLine } from './marks.js';

/** The laps of one car: a plot to look at, a list to read. */
export function CarPanel({ car, onClose }: { car: number; onClose: () => void }) {
  const info = useFeed((store) => store.info(car));
  const sessionId = useFeed((store) => (store.holding.holding === 'race' ? store.holding.feed.session.sessionId : ''));
  const lapsCompleted = useFeed((store) => store.row(car)?.[COLUMN_INDEX.lapsCompleted] ?? 0);
  const status = useFeed((store) => {
    const row = store.row(car);
    return row === undefined ? null : unpackRow(row).status;
  });
  const laps = useQuery({
    queryKey: ['laps', sessionId, car, lapsCompleted],
    queryFn: () => call<Lap[]>(`/api/sessions/${sessionId}/laps?car=${car}`),
    placeholderData: (before: Lap[] | undefined) => (before?.[0]?.car === car ? before : undefined),
    retry: 1,
  });
  return (
    <aside className="panel" aria-label={`Laps of car ${info?.carNumber ?? car}`}>
      <header>
        <h2>
          <span>{info?.carNumber}</span> {info?.name}
        </h2>
        <button type="button" className="button" onClick={onClose} aria-label="Close">
          Esc
        </button>
      </header>
      {status !== null && info !== undefined && (
        <p className="car-status" data-tone={status}>
          {statusLine(status, info)}
        </p>
      )}
      {laps.error !== null ? (
        <p className="problem">{laps.error.message}</p>
      ) : laps.data === undefined ? (
        <span className="skeleton" style={{ height: 140 }} />
      ) : laps.data.length === 0 ? (
        <p className="soft">No lap completed yet.</p>
      ) : (
        <Laps laps={laps.data} />
      )}
    </aside>
  );
}

function Laps({ laps }: { laps: readonly Lap[] }) {
  const best = Math.min(
    ...laps.flatMap((lap) => (lap.valid && lap.from === 'line' && lap.lapTimeMs !== null ? [lap.lapTimeMs] : [])),
  );
  return (
    <>
      <LapPlot laps={laps} bestMs={Number.isFinite(best) ? best : null} />
      <table>
        <thead>
          <tr>
            <th scope="col">Lap</th>
            <th scope="col">Time</th>
            <th scope="col">To best</th>
            <th scope="col">P</th>
            <th scope="col">
              <span className="visually-hidden">Remark</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...laps].reverse().map((lap) => (
            <tr key={lap.lap} data-tone={lap.lapTimeMs === best ? 'personal' : undefined}>
              <td>{lap.lap}</td>
              <td>{lapTime(lap.lapTimeMs)}</td>
              <td>{toBest(lap, best)}</td>
              <td>{lap.position ?? ''}</td>
              <td>{remark(lap, best)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function toBest(lap: Lap, best: number): string {
  if (lap.lapTimeMs === null || lap.from === 'green' || !Number.isFinite(best) || lap.lapTimeMs < best) return '';
  return lap.lapTimeMs === best ? '' : `+${((lap.lapTimeMs - best) / 1000).toFixed(3)}`;
}

function remark(lap: Lap, best: number): string {
  if (lap.from === 'green') return 'from green';
  if (lap.deleted) return 'deleted';
  if (lap.inLap || lap.outLap) return lap.inLap && lap.outLap ? 'in, out' : lap.inLap ? 'in lap' : 'out lap';
  if (lap.inPit) return 'PIT';
  if (!lap.valid) return 'not valid';
  if (lap.provenance === 'estimated') return 'estimated';
  return lap.lapTimeMs === best ? 'PB' : '';
}
