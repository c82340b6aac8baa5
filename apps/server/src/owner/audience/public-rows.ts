import { publicColumns, publicTopicRow, TOPICS } from '@okboxbox/protocol';
import type { RowsOf } from '../../channel/topic-logs.js';

/** The public part of the rows of topics: nothing of a topic that is not public, and no column that is not marked. */
export function publicRows(rows: RowsOf): RowsOf {
  return (topic, from, to) => {
    if (!TOPICS[topic].isPublic) return [];
    const columns = publicColumns(topic);
    return rows(topic, from, to).map((row) => publicTopicRow(row, columns));
  };
}
