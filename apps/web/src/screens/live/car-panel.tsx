import './car-panel.css';
import type { Lap } from '@okboxbox/protocol';
import { COLUMN_INDEX, unpackRow } from '@okboxbox/protocol';
import { lapTime, statusLine } from '@okboxbox/race-view';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../access/call.js';
import { useFeed } from '../../feed/use-feed.js';
import { Button } from '../../kit/button.js';
import { Skeleton } from '../../kit/skeleton.js';
import { LapPlot } from './lap-plot.js';

/** One car: what it is doing in full, and with `laps` its laps as a plot to look at and a list to read. */
export function CarPanel({ car, laps, onClose }: { car: number; laps: boolean; onClose: () => void }) {
  const info = useFeed((store) => store.info(car));
  const status = useFeed((store) => {
    const row = store.row(car);
    return row === undefined ? null : unpackRow(row).status;
  });
  return (
    <aside className="car-panel" aria-label={`${laps ? 'Laps of car' : 'Car'} ${info?.carNumber ?? car}`}>
      <header>
        <h2>
          <span>{info?.carNumber}</span> {info?.name}
        </h2>
        <Button onClick={onClose} aria-label="Close">
          Esc
        </Button>
      </header>
      {status !== null && info !== undefined && (
        <p className="car-status" data-tone={status}>
          {statusLine(status, info)}
        </p>
      )}
      {laps && <LapsOf car={car} />}
    </aside>
  );
}

function LapsOf({ car }: { car: number }) {
  const sessionId = useFeed((store) => (store.holding.holding === 'race' ? store.holding.feed.session.sessionId : ''));
  const lapsCompleted = useFeed((store) => store.row(car)?.[COLUMN_INDEX.lapsCompleted] ?? 0);
  const laps = useQuery({
    queryKey: ['laps', sessionId, car, lapsCompleted],
    queryFn: () => call<Lap[]>(`/api/sessions/${sessionId}/laps?car=${car}`),
    placeholderData: (before: Lap[] | undefined) => (before?.[0]?.car === car ? before : undefined),
    retry: 1,
  });
  if (laps.error !== null) return <p className="problem">{laps.error.message}</p>;
  if (laps.data === undefined) return <Skeleton height={140} />;
  return laps.data.length === 0 ? <p className="soft">No lap completed yet.</p> : <Laps laps={laps.data} />;
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
