import { unpackRow } from '@okboxbox/protocol';
import { Fragment, memo } from 'react';
import { useFeed } from '../../feed/use-feed.js';
import type { Column, RowControls } from './columns.js';

export interface TimingRowProps extends RowControls {
  readonly place: number;
  readonly rowHeight: number;
  readonly columns: readonly Column[];
  readonly selected: boolean;
  readonly pinned: boolean;
}

/** One car. Drawn again only when its own row changes; each cell only when its own value does. */
export const TimingRow = memo(function TimingRow(props: TimingRowProps) {
  const { car, place, rowHeight, columns, selected, pinned } = props;
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
      {columns.map(({ id, cell }) => (
        <Fragment key={id}>{cell(figures, info, props)}</Fragment>
      ))}
    </tr>
  );
});
