import { memo, useEffect, useRef } from 'react';

/** The kinds of cells of the timing table. */

/** A cell of plain text. */
export interface CellProps {
  readonly id: string;
  readonly text: string;
  readonly tone?: string;
  readonly estimated?: boolean;
  /** What the text stands for, where it is short. */
  readonly title?: string | undefined;
}

/** A cell of plain text. Drawn again only when its text or its marks change. */
export const Cell = memo(function Cell({ id, text, tone, estimated = false, title }: CellProps) {
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
export const NumberCell = memo(function NumberCell({
  car,
  carNumber,
  colour,
  isTabStop,
  isOpen,
  ...on
}: NumberCellProps) {
  return (
    <td data-col="number">
      {colour !== null && <i className="class-bar" style={{ background: colour }} />}
      <button
        id={rowButtonId(car)}
        type="button"
        className="row-button"
        tabIndex={isTabStop ? 0 : -1}
        aria-expanded={isOpen ?? undefined}
        aria-label={isOpen === null ? `Car ${carNumber}` : `Car ${carNumber}: details`}
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

/** The entry's name, and the driver's below it where that is another. */
export const NameCell = memo(function NameCell({ name, driver }: { name: string; driver: string | null }) {
  return (
    <td data-col="name" title={driver !== null && driver !== name ? `${name} · ${driver}` : name}>
      {name}
      {driver !== null && driver !== name && <small>{driver}</small>}
    </td>
  );
});

/** A best lap flashes once when it changes; the one that a page opens with does not. */
export const BestCell = memo(function BestCell({ text, tone }: { text: string; tone: string }) {
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

/** A bar as long as the part of the lap that the car has driven. */
export const TrackCell = memo(function TrackCell({ progress }: { progress: number | null }) {
  const fraction = progress === null ? null : progress - Math.floor(progress);
  return (
    <td data-col="track" aria-hidden="true">
      {fraction !== null && <i className="track-bar" style={{ transform: `scaleX(${fraction.toFixed(4)})` }} />}
    </td>
  );
});
