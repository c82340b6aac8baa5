import { type EntryFigures, type EntryInfo, unpackRow } from '@okboxbox/protocol';
import { memo, useEffect, useRef } from 'react';
import { useFeed } from '../feed/use-feed.js';
import { gap, lapTime, UNKNOWN } from '../format.js';
import type { Column } from './columns.js';
import { bestLapMark, lastLapMark, pitVisits, trendMark, visitsTitle } from './marks.js';
import { StatusCell } from './status-cell.js';

export interface TimingRowProps {
  readonly car: number;
  readonly place: number;
  readonly rowHeight: number;
  readonly columns: readonly Column[];
  /** Where the session has several classes, that of the car's. */
  readonly classColour: string | null;
  readonly selected: boolean;
  readonly pinned: boolean;
  /** Whether Tab comes to this row: one row of the table at a time. */
  readonly isTabStop: boolean;
  /** Whether its laps are open beside the table; `null` where there are none to open. */
  readonly opened: boolean | null;
  readonly onOpen: (car: number) => void;
  readonly onSelect: (car: number) => void;
}

/** One car. Drawn again only when its own row changes; each cell only when its own value does. */
export const TimingRow = memo(function TimingRow(props: TimingRowProps) {
  const { car, place, rowHeight, selected, pinned } = props;
  const row = useFeed((store) => store.row(car));
  const info = useFeed((store) => store.info(car));
  if (row === undefined || info === undefined) return null;
  const figures = unpackRow(row);
  return (
    <tr
      aria-rowindex={place + 2}
      className="row"
      data-status={figures.status}
      data-battle={figures.battle === null ? undefined : figures.battle === car ? 'head' : 'on'}
      data-selected={selected || undefined}
      data-pinned={pinned || undefined}
      style={{ height: rowHeight, transform: `translateY(${place * rowHeight}px)` }}
    >
      <Cells figures={figures} info={info} {...props} />
    </tr>
  );
});

type CellsProps = TimingRowProps & { readonly figures: EntryFigures; readonly info: EntryInfo };

function Cells(props: CellsProps) {
  return props.columns.map(({ id }) => <ColumnCell key={id} id={id} {...props} />);
}

/** The cell of a column, by its name. */
function ColumnCell({ id, figures, info, ...props }: CellsProps & { readonly id: string }) {
  const { provenance } = figures;
  const isLeader = figures.position === 1;
  const last = lastLapMark(figures.lastLapMark, figures.lastLapMs, figures.bestLapMs);
  const best = bestLapMark(figures.bestLapMark);
  switch (id) {
    case 'position':
      return <Cell id={id} text={String(figures.position ?? UNKNOWN)} />;
    case 'class-position':
      return <Cell id={id} text={String(figures.classPosition ?? UNKNOWN)} />;
    case 'number':
      return (
        <NumberCell
          car={props.car}
          carNumber={info.carNumber}
          colour={props.classColour}
          isTabStop={props.isTabStop}
          isOpen={props.opened}
          onOpen={props.onOpen}
          onSelect={props.onSelect}
        />
      );
    case 'name':
      return <NameCell name={info.name} driver={info.driver} />;
    case 'gap': {
      const text = isLeader ? '' : gap(figures.gapMs, figures.gapLaps);
      return <Cell id={id} text={text} estimated={provenance.gap === 'estimated'} />;
    }
    case 'interval': {
      const text = isLeader ? '' : gap(figures.intervalMs, figures.intervalLaps);
      return <Cell id={id} text={text} estimated={provenance.interval === 'estimated'} />;
    }
    case 'trend': {
      const { tone, mark } = trendMark(figures.trendMs);
      return <Cell id={id} text={mark} tone={tone} />;
    }
    case 'last': {
      const estimated = provenance.lastLap === 'estimated';
      return <Cell id={id} text={lapTime(figures.lastLapMs)} tone={last.tone} estimated={estimated} />;
    }
    case 'last-mark':
      return <Cell id={id} text={last.mark} tone={last.tone} />;
    case 'best':
      return <BestCell text={lapTime(figures.bestLapMs)} tone={best.tone} />;
    case 'best-mark':
      return <Cell id={id} text={best.mark} tone={best.tone} />;
    case 'lap':
      return <Cell id={id} text={String(figures.lapsCompleted ?? UNKNOWN)} />;
    case 'pits':
      return <Cell id={id} text={pitVisits(figures)} title={visitsTitle(figures)} />;
    case 'stint':
      return <Cell id={id} text={String(figures.stintLaps ?? UNKNOWN)} />;
    case 'status':
      return <StatusCell status={figures.status} officialStatus={info.officialStatus} />;
    case 'track': {
      const rests = ['finished', 'retired', 'disqualified'].includes(figures.status);
      return <TrackCell progress={rests ? null : figures.progress} />;
    }
    default: {
      const sector = /^sector-(\d+)$/.exec(id)?.[1];
      return <Cell id={id} text={lapTime(figures.sectorsMs[Number(sector) - 1] ?? null)} />;
    }
  }
}

interface CellProps {
  readonly id: string;
  readonly text: string;
  readonly tone?: string;
  readonly estimated?: boolean;
  /** What the text stands for, where it is short. */
  readonly title?: string | undefined;
}

const Cell = memo(function Cell({ id, text, tone, estimated = false, title }: CellProps) {
  return (
    <td data-col={id} data-tone={tone} data-estimated={estimated || undefined} title={estimated ? 'estimated' : title}>
      {text}
    </td>
  );
});

interface NumberCellProps {
  readonly car: number;
  readonly carNumber: string;
  readonly colour: string | null;
  readonly isTabStop: boolean;
  readonly isOpen: boolean | null;
  readonly onOpen: (car: number) => void;
  readonly onSelect: (car: number) => void;
}

/** The number is the row's button, stretched over the whole row: it opens the car's laps. */
const NumberCell = memo(function NumberCell({ car, carNumber, colour, isTabStop, isOpen, ...on }: NumberCellProps) {
  return (
    <td data-col="number">
      {colour !== null && <i className="class-bar" style={{ background: colour }} />}
      <button
        id={rowButtonId(car)}
        type="button"
        className="row-button"
        tabIndex={isTabStop ? 0 : -1}
        aria-expanded={isOpen ?? undefined}
        aria-label={isOpen === null ? `Car ${carNumber}` : `Car ${carNumber}: laps`}
        onClick={() => on.onOpen(car)}
        onFocus={() => on.onSelect(car)}
      >
        {carNumber}
      </button>
    </td>
  );
});

/** Id of the button that opens a car's laps, to move the focus to it. */
export function rowButtonId(car: number): string {
  return `car-${car}`;
}

const NameCell = memo(function NameCell({ name, driver }: { name: string; driver: string | null }) {
  return (
    <td data-col="name" title={driver !== null && driver !== name ? `${name} · ${driver}` : name}>
      {name}
      {driver !== null && driver !== name && <small>{driver}</small>}
    </td>
  );
});

/** A best lap that changes to a best of all flashes once; the one a page opens with does not. */
const BestCell = memo(function BestCell({ text, tone }: { text: string; tone: string }) {
  const cell = useRef<HTMLTableCellElement>(null);
  const shown = useRef(text);
  useEffect(() => {
    if (shown.current === text) return;
    shown.current = text;
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const colour = tone === 'best' ? '#c08bff' : '#4ade80';
    cell.current?.animate([{ backgroundColor: colour, color: '#0c0e11' }, {}], { duration: 900, easing: 'ease-out' });
  }, [text, tone]);
  return (
    <td data-col="best" data-tone={tone} ref={cell}>
      {text}
    </td>
  );
});

const TrackCell = memo(function TrackCell({ progress }: { progress: number | null }) {
  const fraction = progress === null ? null : progress - Math.floor(progress);
  return (
    <td data-col="track" aria-hidden="true">
      {fraction !== null && <i className="track-bar" style={{ transform: `scaleX(${fraction.toFixed(4)})` }} />}
    </td>
  );
});
