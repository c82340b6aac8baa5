import type { OpsSession, OpsSummary } from '@okboxbox/protocol';
import type { Holder } from '../../store/database.js';
import type { WriteBehindDepth } from '../../store/write-behind.js';
import type { Operations } from '../operations.js';

/** What all metrics of one answer are read from, taken once. */
export interface Look {
  readonly summary: OpsSummary;
  /** Those that run. */
  readonly sessions: readonly OpsSession[];
  readonly holders: readonly Holder[];
  readonly writeBehind: WriteBehindDepth;
}

export function lookAt(operations: Operations): Look {
  const { holders, writeBehind } = operations.database;
  return {
    summary: operations.summary(),
    sessions: operations.sessions().filter(({ status }) => status === 'live'),
    holders,
    writeBehind,
  };
}
