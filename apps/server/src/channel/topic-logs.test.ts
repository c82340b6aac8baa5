import { TOPICS, type TopicName, type TopicRow } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { newEpoch, TopicEpochs, TopicLogs } from './topic-logs.js';

const rows = (_: TopicName, from: number, to: number): TopicRow[] =>
  Array.from({ length: to - from }, (_, i) => [from + i]);
const { chunkRows } = TOPICS.gaps;

describe('the logs of an epoch', () => {
  it('FEED-16: a full chunk is written once, for all callers, however far their picture has come', () => {
    const logs = new TopicLogs('sess_1', 'a', rows);
    const once = logs.chunk({ epoch: 'a', gaps: chunkRows }, 'gaps', 0);
    expect(once).toMatchObject({ isFull: true });
    expect(JSON.parse(once?.json.text as string)).toEqual({
      sessionId: 'sess_1',
      topic: 'gaps',
      epoch: 'a',
      chunk: 0,
      from: 0,
      columns: ['sessionTimeMs'],
      repeated: ['car', 'gap'],
      rows: rows('gaps', 0, chunkRows),
    });
    expect(logs.chunk({ epoch: 'a', gaps: 5 * chunkRows + 1 }, 'gaps', 0)).toBe(once);
  });

  it('FEED-16: the last chunk has what there is, and nothing beyond a picture', () => {
    const logs = new TopicLogs('sess_1', 'a', rows);
    const nrsOf = (gaps: number) => {
      const chunk = logs.chunk({ epoch: 'a', gaps }, 'gaps', 1);
      return chunk && { isFull: chunk.isFull, rows: (JSON.parse(chunk.json.text) as { rows: number[][] }).rows.flat() };
    };
    expect(nrsOf(chunkRows + 2)).toEqual({ isFull: false, rows: [chunkRows, chunkRows + 1] });
    expect(nrsOf(chunkRows + 1)).toEqual({ isFull: false, rows: [chunkRows] });
    expect(nrsOf(chunkRows)).toBeNull();
  });

  it('FEED-14: nothing of another epoch is given, and of a topic that the picture does not count', () => {
    const logs = new TopicLogs('sess_1', 'a', rows);
    expect(logs.chunk({ epoch: 'b', gaps: 9 }, 'gaps', 0)).toBeNull();
    expect(logs.chunk({ epoch: 'a', gaps: 9 }, 'privateEvents', 0)).toBeNull();
  });

  it('FEED-14: an epoch is kept until no picture is of it any more', () => {
    const epochs = new TopicEpochs();
    for (const epoch of ['a', 'b', 'c']) epochs.begin(new TopicLogs('sess_1', epoch, rows));
    epochs.forgetBefore('b');
    epochs.forgetBefore('unknown');
    expect(['a', 'b', 'c'].map((epoch) => epochs.of(epoch)?.epoch)).toEqual([undefined, 'b', 'c']);
    expect(epochs.rows('c', 'gaps', 3, 5)).toEqual([[3], [4]]);
    expect(epochs.rows('a', 'gaps', 3, 5)).toEqual([]);
  });

  it('the name of an epoch cannot be guessed', () => {
    const names = new Set(Array.from({ length: 1_000 }, newEpoch));
    expect(names.size).toBe(1_000);
    for (const name of names) expect(name).toMatch(/^[\w-]{16}$/);
  });
});
