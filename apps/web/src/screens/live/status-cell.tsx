import { type CarStatus, officialRemark } from '@okboxbox/protocol';
import { officialTitle, STATUS_LABELS } from '@okboxbox/race-view';
import { memo } from 'react';

export interface StatusCellProps {
  readonly status: CarStatus;
  /** The word of the sim's results; `null` where they have none. */
  readonly officialStatus: string | null;
}

/**
 * A car's status in the table: our word and, below it, that of the results where it says more. The cell is as wide as its
 * column and the row as high as before, whatever it holds.
 */
export const StatusCell = memo(function StatusCell({ status, officialStatus }: StatusCellProps) {
  const remark = officialRemark(status, officialStatus);
  return (
    <td data-col="status" data-tone={status} title={officialTitle({ officialStatus })}>
      {STATUS_LABELS[status]}
      {remark !== null && <small>{remark}</small>}
    </td>
  );
});
