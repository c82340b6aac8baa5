import { publicView } from './public-fields.js';
import { ROW_COLUMNS, ROW_COLUMNS_PUBLIC, type Row } from './rows.js';
import { type FeedState, feedParts, PUBLIC_EVENT_NAMES } from './state.js';

/** Makes the public form of a state. Parts that did not change since the last call stay the same objects. */
export type PublicStates = (state: FeedState) => FeedState;

/**
 * The broadcast's allow-list: of a state, what every schema on the way marks as public. `columns` says which of a row's
 * columns are, in their order.
 */
export function publicStates(columns: readonly boolean[] = ROW_COLUMNS_PUBLIC): PublicStates {
  const parts = publicView<Omit<FeedState, 'rows'>>(feedParts);
  const isWhole = columns.length === ROW_COLUMNS.length && columns.every((isPublic) => isPublic);
  const known = new WeakMap<Row, Row>();
  const publicRow = (row: Row): Row => {
    const before = known.get(row);
    if (before !== undefined) return before;
    // Sectors come behind the named columns, and are lap times like any other.
    const shown = row.map((value, i) => (i >= ROW_COLUMNS.length || columns[i] === true ? value : null));
    known.set(row, shown);
    return shown;
  };
  const publicRows = (rows: FeedState['rows']): FeedState['rows'] => {
    if (isWhole) return rows;
    return Object.fromEntries(Object.entries(rows).map(([car, row]) => [car, publicRow(row)]));
  };
  let events: FeedState['events'] = [];
  let shownEvents: FeedState['events'] = [];
  return (state) => {
    if (state.events !== events) {
      events = state.events;
      shownEvents = events.filter(({ name }) => PUBLIC_EVENT_NAMES.has(name));
    }
    const { session, clock, entries, onAir, camera, topics } = state;
    // `rows` are named here, and any part that is added to a state is not until it stands in `feedParts`.
    const shown = {
      session,
      clock,
      entries,
      events: shownEvents,
      onAir,
      topics,
      ...(camera !== undefined && { camera }),
    };
    return { ...parts(shown), rows: publicRows(state.rows) };
  };
}
