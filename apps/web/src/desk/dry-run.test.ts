import { describe, expect, it } from 'vitest';
import { linesOf, whyNothing } from './dry-run.js';

const lines = async (...parts: string[]) => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const found: string[] = [];
  for await (const line of linesOf(body)) found.push(line);
  return found;
};

describe('the answer to a dry run', () => {
  it('comes in lines, wherever the parts of it end', async () => {
    expect(await lines('{"a":1}\n{"b', '":2}\n', '{"c":3}')).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
    expect(await lines()).toEqual([]);
  });

  it('says why nothing would have aired', () => {
    const nothing = { sessionId: 'sess_1', fromMs: 0, toMs: 60_000, aired: [], found: {} };
    expect(whyNothing({ ...nothing, fromMs: null, toMs: null })).toContain('no data yet');
    expect(whyNothing(nothing)).toContain('no start');
    expect(whyNothing({ ...nothing, found: { battle: 3, start: 1 } })).toBe(
      'the kinds of all moments that it had are off: start (1), battle (3)',
    );
  });
});
