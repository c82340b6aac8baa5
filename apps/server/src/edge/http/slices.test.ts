import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inSlices, jsonArray, Turns } from './slices.js';

const whole = async (texts: AsyncIterable<string>) => {
  let text = '';
  for await (const part of texts) text += part;
  return text;
};

/** Texts that each take a while to make. */
function* slow(count: number, takesMs: number): Generator<string> {
  for (let i = 0; i < count; i++) {
    const until = performance.now() + takesMs;
    while (performance.now() < until);
    yield 'x';
  }
}

describe('a long answer in slices', () => {
  it('is the same text as in one piece', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 2 })), async (items) => {
        expect(await whole(inSlices(jsonArray(items), new Turns()))).toBe(JSON.stringify(items));
      }),
    );
  });

  it('lets the event loop turn after each slice, and several share its turns', async () => {
    const turns = new Turns();
    let running = 0;
    let most = 0;
    let loops = 0;
    const count = () => {
      loops += 1;
      running = 0;
      if (loops < 10_000) setImmediate(count);
    };
    setImmediate(count);
    async function* watched(): AsyncGenerator<string> {
      for (const text of slow(20, 3)) {
        running += 1;
        most = Math.max(most, running);
        yield text;
      }
    }
    const made = await Promise.all([1, 2, 3, 4].map(() => whole(inSlices(watched(), turns))));
    loops = Number.POSITIVE_INFINITY;
    expect(made).toEqual(Array.from({ length: 4 }, () => 'x'.repeat(20)));
    // Each text takes a slice: of the four, one goes on in each turn, or two where one's ends as another's begins.
    expect(most).toBeLessThanOrEqual(2);
  });

  it('makes no more than is read', async () => {
    let given = 0;
    function* endless() {
      for (;;) {
        given += 1;
        yield 'x'.repeat(1_000);
      }
    }
    const stream = Readable.from(inSlices(endless(), new Turns()), { objectMode: false });
    await new Promise((resolve) => stream.once('readable', resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(given).toBeLessThan(200);
    stream.destroy();
  });
});

it('what is there is handed on while the next text is still to come, as in a recording that is followed', async () => {
  async function* followed() {
    yield 'header';
    await new Promise(() => undefined);
  }
  const slices = inSlices(followed(), new Turns());
  expect(await slices.next()).toEqual({ done: false, value: 'header' });
});
