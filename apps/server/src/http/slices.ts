/** Longest time that making a long answer holds the event loop, in ms: several may be made at once. */
const SLICE_MS = 3;
/** Text that is handed on together, in characters. */
const CHUNK = 16 * 1024;

/**
 * Turns at the event loop for work that can wait, one in each round of it: however many long answers are made at once,
 * sockets are served after each slice.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#give());
    });
  }

  #give(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#give());
  }
}

/**
 * Texts put together into chunks, made in slices: between two of them the event loop turns. The next chunk is made when
 * the reader asks for it, so that nothing piles up for one that reads slowly.
 */
export async function* inSlices(texts: AsyncIterable<string> | Iterable<string>, turns: Turns): AsyncGenerator<string> {
  let chunk = '';
  await turns.next();
  let sliceEnd = performance.now() + SLICE_MS;
  for await (const text of texts) {
    chunk += text;
    const isOver = performance.now() >= sliceEnd;
    if (chunk.length >= CHUNK || isOver) {
      yield chunk;
      chunk = '';
    }
    if (performance.now() < sliceEnd) continue;
    await turns.next();
    sliceEnd = performance.now() + SLICE_MS;
  }
  if (chunk !== '') yield chunk;
}

/** The text of a JSON array, item by item. */
export async function* jsonArray(items: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  let before = '[';
  for await (const item of items) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
