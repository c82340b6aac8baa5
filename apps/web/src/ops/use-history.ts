import type { OpsHistory } from '@okboxbox/protocol';
import { useMemo } from 'react';
import { type Read, useOps } from './use-ops.js';

/** The last 15 minutes with the instants of their points, in ms since the epoch; of the same length as the figures. */
export function useHistory(): { readonly read: Read<OpsHistory>; readonly times: readonly number[] } {
  const read = useOps('history', {});
  const { data } = read;
  const times = useMemo(() => (data === undefined ? [] : timesOf(data)), [data]);
  return { read, times };
}

/** When each point of a history was taken, oldest first. */
export function timesOf({ at, stepMs, figures }: Pick<OpsHistory, 'at' | 'stepMs' | 'figures'>): readonly number[] {
  const points = Object.values(figures).reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: points }, (_, nth) => at - (points - 1 - nth) * stepMs);
}
